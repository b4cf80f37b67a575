"""Reading the open RPPS extract: its columns, its codes, its communes, its lines. Pure: no database, no clock."""
