// Flow by RAFT: a TorchScript model, run by LibTorch in a module of its own.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "flow/block_flow.hpp"
#include "flow/dense_field.hpp"
#include "flow/flow.hpp"
#include "flow/module_file.hpp"
#include "flow/raft/model_store.hpp"
#include "flow/raft/raft_grid.hpp"
#include "flow/raft/torch_interface.hpp"

namespace mosaic {

/// One cell in this many that block matching loses is one that RAFT need not be asked about.
inline constexpr int kCellsPerLost = 50;

/// Note [RAFT and proof]
/// RAFT sees a reduced frame and is never exactly right: on a picture that stands still it reports
/// tenths of a pixel, the same in every frame, and tiles would creep. So its vectors are hints to
/// the integer matching of block_flow.hpp, which looks at the samples of the full frame, finds the
/// sub-pixel part, and calls nothing motion unless they prove it.
///
/// Note [RAFT where it is needed]
/// What a hint can gain is a cell whose content block matching loses: where it finds all, RAFT
/// changes nothing that can be seen, and costs ten times as much as the rest of the frame. So
/// (FlowWhen::needed) block matching goes first, and RAFT is asked only when it loses more than one
/// in kCellsPerLost cells; docs/flow.md has the figures. The decision is taken in integers, so it
/// is the same on every machine.
class RaftFlow final : public FlowEstimator {
 public:
  /// Throws DeviceError when this build has no LibTorch module, and InputError when the model
  /// cannot be used. The program's own model and LibTorch are loaded when they are first needed
  /// (in fp64, whose results do not depend on them): that takes the better part of a second and 330
  /// MB.
  RaftFlow(const GridGeometry& geometry, const RaftSettings& settings, Isa isa, ThreadPool& pool,
           const FlowPlace& place = {});

  /// Throws DeviceError when this build has no LibTorch module.
  static void require();

  /// Keeps what it knows of `current`: the next call finds it again if its `previous` has the same
  /// samples, so that every frame of a film is encoded once.
  FlowField estimate(const Plane& previous, const Plane& current) override;

  /// What RAFT itself says, to 1/16 px, in both directions.
  FlowHints ask_model(const Plane& previous, const Plane& current);

  /// Frames encoded so far.
  [[nodiscard]] int encoded_frames() const { return encoded_frames_; }
  [[nodiscard]] std::string describe() const override { return description_; }
  [[nodiscard]] std::optional<FlowWork> work() const override;
  [[nodiscard]] std::optional<double> rounding_edge_px() const override;

 private:
  /// `card` as in FlowPlace.
  void open_model(int card);
  /// Warns that the CPU does what the card did not, or throws where only the card may.
  void accept_the_cpu(const std::string& what) const;
  /// What a failed call means: ends the run, or goes on with the CPU.
  void leave_card(const std::string& what);
  [[nodiscard]] bool find_flow(const Plane& previous, const Plane& current,
                               std::vector<double>& flow);
  /// Null when it was tried on a card, which has been left.
  [[nodiscard]] std::unique_ptr<TorchFrame> encode(const Plane& picture);
  [[nodiscard]] std::vector<FlowVector> to_cells(const double* flow);

  GridGeometry geometry_;
  RaftGrid grid_;
  RaftSettings settings_;
  ThreadPool& pool_;
  FlowPlace place_;
  BlockFlow proof_;
  ModelFile file_;
  std::string description_;
  std::optional<ModuleFile> module_;   ///< LibTorch; nothing while it has not been needed
  std::unique_ptr<TorchModel> model_;  ///< null as long
  Plane last_plane_;                   ///< what last_frame_ is the encoding of
  std::unique_ptr<TorchFrame> last_frame_;
  int encoded_frames_ = 0;
  std::int64_t pairs_ = 0;
  std::int64_t asked_ = 0;
  Quantiser quantiser_;
};

}  // namespace mosaic
