"""Whatever shows what the archive does. A package, lest a dependency's folder of that name be taken for it."""
