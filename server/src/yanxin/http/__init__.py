"""REST: requests translated into actions and queries, answers and problems into JSON."""
