"""Tables from files and back, whatever the columns mean."""
