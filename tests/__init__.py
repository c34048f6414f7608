"""The tests. A package, since a library in the environment brings a package of this name as well."""
