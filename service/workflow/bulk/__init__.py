"""Lists of customers: taken in, judged, made into agreements and sent."""
