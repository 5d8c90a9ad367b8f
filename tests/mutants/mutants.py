"""The mutants: (file, text that is there once, what stands in its place, what kind of fault it is). M is true where this
mutant is the chosen one. None is equivalent to the original: each changes what some user could see."""

MUTANTS = [
    ("host/core/crc32c.cpp", "return ~rest;", "return M ? rest : ~rest;", "a sum that is not inverted"),
]
