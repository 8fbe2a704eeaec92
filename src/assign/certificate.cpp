#include "assign/certificate.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace mosaic {
namespace {

std::string at(const char* what, std::size_t index) {
  return std::string(what) + " " + std::to_string(index);
}

/// Shape, capacities and signs of prices; fills `used`. Empty when all is well.
std::string check_columns(const CostSource& costs, std::span<const std::int32_t> capacity,
                          const Assignment& assignment, bool use_all,
                          std::vector<std::int64_t>& used) {
  const int columns = costs.columns();
  if (std::ssize(assignment.column_of_row) != costs.rows() ||
      std::ssize(assignment.price) != columns || std::ssize(capacity) != columns) {
    return "assignment, prices or capacities are not of the problem's shape";
  }
  used.assign(columns, 0);
  for (std::size_t i = 0; i < assignment.column_of_row.size(); ++i) {
    const std::int32_t j = assignment.column_of_row[i];
    if (j < 0 || j >= columns) return at("row", i) + " has no valid column";
    ++used[j];
  }
  for (int j = 0; j < columns; ++j) {
    if (used[j] > capacity[j]) {
      return at("column", j) + " is used " + std::to_string(used[j]) + " times, capacity " +
             std::to_string(capacity[j]);
    }
  }
  for (int j = 0; j < columns; ++j) {
    if (use_all && capacity[j] > 0 && used[j] == 0) return at("column", j) + " is not used";
    // What must be used, and is not used more than that, may have any price above 0.
    const bool only_once = use_all && used[j] == 1;
    if (assignment.price[j] > 0 && !only_once) return at("column", j) + " has a positive price";
    if (used[j] < capacity[j] && assignment.price[j] < 0) {
      return at("column", j) + " has capacity left and price " +
             std::to_string(assignment.price[j]);
    }
  }
  return {};
}

}  // namespace

Certificate certify(const CostSource& costs, std::span<const std::int32_t> capacity,
                    const Assignment& assignment, bool use_all) {
  Certificate result;
  std::vector<std::int64_t> used;
  result.violation = check_columns(costs, capacity, assignment, use_all, used);
  if (!result.violation.empty()) return result;

  for (int j = 0; j < costs.columns(); ++j) {
    const std::int64_t places = assignment.price[j] > 0 ? 1 : capacity[j];
    result.dual += places * assignment.price[j];
  }
  std::vector<std::int32_t> row(costs.columns());
  for (int i = 0; i < costs.rows(); ++i) {
    costs.row(i, row);
    std::int64_t least = std::int64_t{row[0]} - assignment.price[0];
    for (int j = 1; j < costs.columns(); ++j) {
      least = std::min(least, std::int64_t{row[j]} - assignment.price[j]);
    }
    const std::int32_t chosen = assignment.column_of_row[i];
    result.primal += row[chosen];
    result.dual += least;
    const std::int64_t slack = std::int64_t{row[chosen]} - assignment.price[chosen] - least;
    if (slack != 0 && result.violation.empty()) {
      result.violation = at("row", i) + " prefers another column by " + std::to_string(slack);
    }
  }
  if (result.violation.empty() && result.primal != assignment.cost) {
    result.violation = "the stated cost " + std::to_string(assignment.cost) + " is not the sum " +
                       std::to_string(result.primal);
  }
  result.optimal = result.violation.empty() && result.primal == result.dual;
  if (!result.optimal && result.violation.empty()) {
    result.violation = "primal " + std::to_string(result.primal) + " and dual " +
                       std::to_string(result.dual) + " differ";
  }
  return result;
}

}  // namespace mosaic
