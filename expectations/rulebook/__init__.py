"""The rules as rows of YAML: language, terms, the cells they name, and whether a set contradicts itself."""
