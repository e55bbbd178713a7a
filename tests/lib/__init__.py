"""What the tests, the demo and the bench share; Python 3.11, standard library alone."""
