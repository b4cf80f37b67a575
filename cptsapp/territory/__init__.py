"""The territory of one CPTS: its communes, its neighbours, its zone, its hours. The settings of the house.

Words: *commune* (INSEE code), *neighbour* (another CPTS), *daytime window* (the hours the CPTS answers for, B58),
*out of hours* (PDSA).
"""
