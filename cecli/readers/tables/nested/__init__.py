"""Figures of all classes in one value of a record: an object, a list of pairs, two lists, a vector of Spark's."""
