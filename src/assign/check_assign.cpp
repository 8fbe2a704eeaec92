#include "assign/check_assign.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iomanip>
#include <ostream>
#include <string>
#include <system_error>
#include <vector>

#include "assign/certificate.hpp"
#include "assign/dense_costs.hpp"
#include "assign/solver.hpp"
#include "core/output_file.hpp"
#include "core/written_file.hpp"
#include "mosaic/error.hpp"

namespace mosaic {
namespace {

struct ShiftedCosts {
  DenseCosts costs;
  std::int64_t shift;  ///< was added to every cost
};

std::vector<unsigned char> read_exactly(const std::filesystem::path& path, std::uintmax_t bytes,
                                        const std::string& shape) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error) throw InputError("cannot read costs " + path.string() + ": " + error.message());
  if (size != bytes) {
    throw InputError("costs " + path.string() + " are " + std::to_string(size) + " bytes, but " +
                         shape + " int32 values are " + std::to_string(bytes),
                     "check --rows and --cols; the file is raw little-endian int32, row by row");
  }
  std::vector<unsigned char> data(bytes);
  std::ifstream file(path, std::ios::binary);
  if (!file.read(reinterpret_cast<char*>(data.data()), static_cast<std::streamsize>(bytes))) {
    throw InputError("cannot read costs " + path.string());
  }
  return data;
}

ShiftedCosts read_costs(const CheckAssignOptions& options) {
  const std::uintmax_t cells = std::uintmax_t(options.rows) * std::uintmax_t(options.columns);
  const std::vector<unsigned char> bytes =
      read_exactly(options.costs, cells * 4,
                   std::to_string(options.rows) + " x " + std::to_string(options.columns));
  std::vector<std::int32_t> values(cells);
  for (std::size_t k = 0; k < values.size(); ++k) {
    const unsigned char* b = bytes.data() + 4 * k;
    values[k] = static_cast<std::int32_t>(std::uint32_t{b[0]} | std::uint32_t{b[1]} << 8 |
                                          std::uint32_t{b[2]} << 16 | std::uint32_t{b[3]} << 24);
  }
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const std::int64_t shift = std::max<std::int64_t>(-std::int64_t{*low}, 0);
  constexpr std::int64_t kCostLimit = std::int64_t{1} << 28;
  if (*high + shift >= kCostLimit) {
    throw InputError("costs " + options.costs.string() + " reach from " + std::to_string(*low) +
                         " to " + std::to_string(*high) + ", which is more than 2^28 - 1",
                     "scale the costs down");
  }
  if (shift > 0) {
    for (std::int32_t& value : values) value = static_cast<std::int32_t>(value + shift);
  }
  return {DenseCosts(options.rows, options.columns, std::move(values)), shift};
}

struct Timed {
  Assignment assignment;
  double median_ms;
};

Timed solve_repeatedly(Solver& solver, const SolveRequest& request, int repeat) {
  Timed result;
  std::vector<double> times_ms;
  for (int k = 0; k < repeat; ++k) {
    const auto start = std::chrono::steady_clock::now();
    result.assignment = solver.solve(request);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
    times_ms.push_back(took.count());
  }
  const auto middle = times_ms.begin() + std::ssize(times_ms) / 2;
  std::nth_element(times_ms.begin(), middle, times_ms.end());
  result.median_ms = *middle;
  return result;
}

void verify(const CostSource& costs, std::span<const std::int32_t> capacity,
            const Assignment& assignment, const char* which) {
  const Certificate proof = certify(costs, capacity, assignment);
  if (!proof.optimal) {
    throw VerifyError(
        std::string("the certificate of the ") + which + " solve fails: " + proof.violation,
        "this is a defect of the solver: please report it with the cost file");
  }
}

void write_assignment(const std::filesystem::path& path, bool force, const Assignment& assignment) {
  OutputFile output(path, force);
  std::string text;
  for (const std::int32_t column : assignment.column_of_row) text += std::to_string(column) + "\n";
  WrittenFile(output.temporary(), WrittenFile::Mode::create, path).write(text);
  output.commit();
}

}  // namespace

void check_assign(const CheckAssignOptions& options, std::ostream& out) {
  if (options.rows < 1 || options.columns < 1) {
    throw UsageError("check assign: --rows and --cols must be at least 1");
  }
  if (options.repeat < 1) throw UsageError("check assign: --repeat must be at least 1");
  const int max_uses = options.max_uses.value_or(1);
  if (max_uses < 1) throw UsageError("check assign: --max-uses must be at least 1");

  const ShiftedCosts source = read_costs(options);
  const std::vector<std::int32_t> capacity(options.columns, max_uses);
  Solver solver;
  const Timed cold =
      solve_repeatedly(solver, {source.costs, capacity, {}, {}, nullptr}, options.repeat);
  verify(source.costs, capacity, cold.assignment, "cold");
  const Timed warm = solve_repeatedly(
      solver, {source.costs, capacity, {}, cold.assignment.price, nullptr}, options.repeat);
  verify(source.costs, capacity, warm.assignment, "warm");
  if (warm.assignment.cost != cold.assignment.cost) {
    throw VerifyError("cold and warm solve differ: " + std::to_string(cold.assignment.cost) +
                      " and " + std::to_string(warm.assignment.cost));
  }
  if (options.assignment) write_assignment(*options.assignment, options.force, cold.assignment);

  const std::int64_t optimum = cold.assignment.cost - source.shift * options.rows;
  const std::ios_base::fmtflags flags = out.flags();
  out << "optimum " << optimum << '\n'
      << "certificate optimal (primal = dual, every reduced cost >= 0)\n"
      << std::fixed << std::setprecision(3) << "cold_ms " << cold.median_ms << '\n'
      << "warm_ms " << warm.median_ms << '\n';
  out.flags(flags);
}

}  // namespace mosaic
