"""The application that joins the stations, in rooms (docs/house.md)."""
