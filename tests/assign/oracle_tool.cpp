// check_assign() as a program of this room's tests, so that they need no other room.
// usage: assign_oracle_tool COSTS ROWS COLUMNS MAX_USES ASSIGNMENT
#include <cstdlib>
#include <iostream>

#include "assign/check_assign.hpp"
#include "mosaic/error.hpp"

int main(int argc, char** argv) {
  if (argc != 6) return 2;
  try {
    mosaic::check_assign({.costs = argv[1],
                          .rows = std::atoi(argv[2]),
                          .columns = std::atoi(argv[3]),
                          .max_uses = std::atoi(argv[4]),
                          .repeat = 1,
                          .assignment = argv[5]},
                         std::cout);
  } catch (const mosaic::Error& error) {
    std::cerr << error.what() << '\n';
    return static_cast<int>(error.code());
  }
  return 0;
}
