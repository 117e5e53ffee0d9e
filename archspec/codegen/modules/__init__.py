"""Classes and functions: constructors, chains, series, stages, the flat form, first weights."""
