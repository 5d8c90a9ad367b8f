#include "sprig/app/command.hpp"

int main(int argc, char** argv) { return sprig::app::run_command_line(argc, argv); }
