"""« Y a-t-il une recherche en cours ? »"""
