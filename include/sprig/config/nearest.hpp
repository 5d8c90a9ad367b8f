// The nearest spelling of a word, for messages about unknown keys and verbs.
#pragma once

#include <string>
#include <vector>

namespace sprig {

// Levenshtein distance: single-character insertions, deletions and substitutions.
std::size_t edit_distance(const std::string& a, const std::string& b);

// The candidate with the smallest distance (the first of several); "" without candidates or when none is near (more
// than half of the word differs).
std::string nearest_spelling(const std::string& word, const std::vector<std::string>& candidates);

}  // namespace sprig
