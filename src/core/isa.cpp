#include "core/isa.hpp"

#include <algorithm>
#include <string>

#include "mosaic/error.hpp"

namespace mosaic {

namespace {

// The compiler's run-time check asks the system too whether it saves the wide registers.
bool has_avx2() { return __builtin_cpu_supports("avx2") != 0; }

bool has_avx512() {
  return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
         __builtin_cpu_supports("avx512dq") != 0 && __builtin_cpu_supports("avx512vl") != 0 &&
         __builtin_cpu_supports("avx512vnni") != 0;
}

Isa require(Isa isa) {
  const auto supported = supported_isas();
  if (std::find(supported.begin(), supported.end(), isa) != supported.end()) return isa;
  throw DeviceError(
      "this processor lacks the instruction set " + std::string(isa_name(isa)),
      "choose auto; the fastest set it has is " + std::string(isa_name(supported.back())));
}

}  // namespace

std::string_view isa_name(Isa isa) {
  switch (isa) {
    case Isa::avx2:
      return "avx2";
    case Isa::avx512:
      return "avx512";
    case Isa::plain:
      break;
  }
  return "plain";
}

std::vector<Isa> supported_isas() {
  std::vector<Isa> isas{Isa::plain};
  if (has_avx2()) isas.push_back(Isa::avx2);
  if (has_avx2() && has_avx512()) isas.push_back(Isa::avx512);
  return isas;
}

Isa fastest_isa() {
  if (!has_avx2()) return Isa::plain;
  return has_avx512() ? Isa::avx512 : Isa::avx2;
}

Isa choose_isa(SimdChoice choice) {
  switch (choice) {
    case SimdChoice::plain:
      return Isa::plain;
    case SimdChoice::avx2:
      return require(Isa::avx2);
    case SimdChoice::avx512:
      return require(Isa::avx512);
    case SimdChoice::automatic:
      break;
  }
  return fastest_isa();
}

}  // namespace mosaic
