// What the table of verbs points at: command_fuzz.cpp parses and runs nothing.
#include "host/app/verbs.hpp"

namespace sprig::app {

int prune_verb(const Command&) { return 0; }
int run_verb(const Command&) { return 0; }
int lyapunov_verb(const Command&) { return 0; }
int study_verb(const Command&) { return 0; }
int merge_verb(const Command&) { return 0; }
int bench_verb(const Command&) { return 0; }
int plan_verb(const Command&) { return 0; }
int info_verb(const Command&) { return 0; }
int convert_verb(const Command&) { return 0; }
int report_verb(const Command&) { return 0; }
int learn_verb(const Command&) { return 0; }
int train_verb(const Command&) { return 0; }
int search_verb(const Command&) { return 0; }
std::string bench_listing() { return ""; }

}  // namespace sprig::app
