#include "cuda/scorer.hpp"

#include <algorithm>
#include <string>

#include "backend/cost_math.hpp"
#include "backend/cpu/candidate_lists.hpp"
#include "backend/feature_math.hpp"
#include "backend/score_request.hpp"
#include "backend/ssim_math.hpp"
#include "cuda/host_copy.hpp"

namespace mosaic::gpu {
namespace {

constexpr const char* kWhat = "memory for scores";

}  // namespace

Scorer::Scorer(const BackendContext& context, const Stream& stream)
    : geometry_(context.geometry),
      pool_(&context.pool),
      photos_(context.library.photos()),
      variants_(context.library.variants()),
      candidates_(context.match.ssim_candidates),
      list_length_(std::min(cpu::kListLength, context.library.tiles())),
      scale_(cost_scale(context.match)),
      tiles_(context.library.features(), context.library.tiles(),
             feature_count(context.match.features_k), kTilesAtOnce, stream),
      has_ssim_(scale_.ssim_unit > 0 && geometry_.tile_size_px >= kSsimWindow_px) {
  Device& device = stream.device();
  const auto cells = static_cast<std::size_t>(geometry_.cells());
  const auto candidates = static_cast<std::size_t>(candidates_);
  const auto length = static_cast<std::size_t>(list_length_);
  const auto prices = static_cast<std::size_t>(photos_);
  photo_price_ = {device, prices, kWhat};
  tile_price_ = {device, static_cast<std::size_t>(tiles_.padded_tiles()), kWhat};
  carried_ = {device, cells, kWhat};
  kept_ = {device, cells * candidates, kWhat};
  switch_price_ = {device, cells, kWhat};
  known_ = {device, cells, kWhat};
  taken_over_ = {device, cells, kWhat};
  saliency_ = {device, cells, kWhat};
  list_tile_ = {device, cells * length, kWhat};
  list_base_ = {device, cells * length, kWhat};
  list_bound_ = {device, cells, kWhat};
  list_guess_ = {device, cells, kWhat};
  const std::vector<std::int32_t> no_guess(cells, kNoGuess);
  upload_all(list_guess_, std::span(no_guess), stream, kWhat);
  candidate_ = {device, cells * candidates, kWhat};
  asked_ = {device, cells * candidates, kWhat};
  dissimilarity_ = {device, cells * (candidates + 1), kWhat};
  pinned_price_ = {device, prices, kWhat};
  pinned_carried_ = {device, cells, kWhat};
  pinned_kept_ = {device, cells * candidates, kWhat};
  pinned_switch_price_ = {device, cells, kWhat};
  pinned_known_ = {device, cells, kWhat};
  pinned_taken_over_ = {device, cells, kWhat};
  pinned_saliency_ = {device, cells, kWhat};
  pinned_tile_ = {device, cells * length, kWhat};
  pinned_base_ = {device, cells * length, kWhat};
  pinned_bound_ = {device, cells, kWhat};
  pinned_candidate_ = {device, cells * candidates, kWhat};
  pinned_asked_ = {device, cells * candidates, kWhat};
  pinned_dissimilarity_ = {device, cells * (candidates + 1), kWhat};
  if (has_ssim_ && geometry_.tile_size_px > kMaxSsimSquare_px) {
    throw UsageError(
        "SSIM of squares of " + std::to_string(geometry_.tile_size_px) + " pixels is not possible",
        "tile sizes from 7 to " + std::to_string(kMaxSsimSquare_px) + " are");
  }
}

void Scorer::load_tiles(const TileLibrary& library, std::size_t later_bytes, const Stream& stream) {
  if (!has_ssim_) return;
  const auto size = static_cast<std::size_t>(geometry_.tile_size_px);
  luma_.emplace(library.luma(), size * size, static_cast<std::size_t>(candidates_) + 1, later_bytes,
                stream, "memory for the tiles' luma");
}

void Scorer::upload(const ScoreRequest& request, const Stream& stream) {
  upload_through(request.photo_price, pinned_price_, photo_price_, stream);
  upload_through(request.carried_tile, pinned_carried_, carried_, stream);
  upload_through(request.kept_candidate, pinned_kept_, kept_, stream);
  upload_through(request.saliency, pinned_saliency_, saliency_, stream);
  upload_through(request.switch_price, pinned_switch_price_, switch_price_, stream);
  upload_through(request.known_dissimilarity, pinned_known_, known_, stream);
}

void Scorer::score(const ScoreRequest& request, const CanvasView& canvas,
                   const DescriptionView& descriptions, const Stream& stream, CellScores& out) {
  check_score_request(request, geometry_.cells(), photos_, photos_ * variants_, candidates_);
  upload(request, stream);
  expand_prices(photo_price_.data(), photos_ * variants_, tiles_.padded_tiles(), variants_,
                tile_price_.data(), stream);
  const ListJob job{tiles_.view(),
                    descriptions.features,
                    request.saliency.empty() ? descriptions.saliency : saliency_.data(),
                    tile_price_.data(),
                    list_guess_.data(),
                    geometry_.cells(),
                    scale_.ssim_unit,
                    list_length_};
  const ListView lists{list_tile_.data(), list_base_.data(), list_bound_.data()};
  build_lists(job, lists, stream);
  choose_candidates(list_tile_.data(), geometry_.cells(), list_length_, variants_,
                    request.kept_candidate.empty() ? nullptr : kept_.data(), candidates_,
                    candidate_.data(), stream);
  ask_candidates(job, lists,
                 {candidate_.data(), carried_.data(),
                  request.switch_price.empty() ? nullptr : switch_price_.data(),
                  request.known_dissimilarity.empty() ? nullptr : known_.data(), candidates_},
                 asked_.data(), taken_over_.data(), stream);
  score_ssim(request, canvas, stream);
  download(stream, out);
}

void Scorer::score_ssim(const ScoreRequest& request, const CanvasView& canvas,
                        const Stream& stream) {
  const SsimJob job{.luma = canvas.luma,
                    .tile_luma = luma_ ? luma_->squares() : nullptr,
                    .staged = luma_ && !luma_->resident(),
                    .candidate_tile = asked_.data(),
                    .carried_tile = carried_.data(),
                    .taken_over = taken_over_.data(),
                    .dissimilarity = dissimilarity_.data(),
                    .size_px = geometry_.tile_size_px,
                    .columns = geometry_.columns,
                    .first_cell = 0,
                    .last_cell = geometry_.cells(),
                    .candidates = candidates_,
                    .ssim_unit = scale_.ssim_unit};
  if (!luma_) {
    fill_dissimilarity(job, stream);
  } else if (job.staged) {
    stage_and_score(request, job, stream);
  } else {
    score_candidates(job, stream);
  }
}

/// The tiles do not all fit: those of some cells' pairs at a time.
void Scorer::stage_and_score(const ScoreRequest& request, const SsimJob& job,
                             const Stream& stream) {
  asked_.download(pinned_asked_, asked_.size(), stream);
  taken_over_.download(pinned_taken_over_, taken_over_.size(), stream);
  stream.synchronize("choosing candidates");
  const auto candidates = static_cast<std::size_t>(candidates_);
  const std::size_t pairs = candidates + 1;
  const auto at_once = static_cast<int>(luma_->room() / pairs);
  for (int first = 0; first < geometry_.cells(); first += at_once) {
    SsimJob part = job;
    part.first_cell = first;
    part.last_cell = std::min(first + at_once, geometry_.cells());
    staged_.clear();
    for (auto cell = static_cast<std::size_t>(first);
         cell < static_cast<std::size_t>(part.last_cell); ++cell) {
      const std::int32_t* const chosen = pinned_asked_.data() + cell * candidates;
      staged_.insert(staged_.end(), chosen, chosen + candidates);
      const bool known = pinned_taken_over_.data()[cell] != kUnknownDissimilarity;
      staged_.push_back(known ? kNoTile : request.carried_tile[cell]);
    }
    luma_->stage(staged_, stream);
    score_candidates(part, stream);
  }
}

void Scorer::download(const Stream& stream, CellScores& out) {
  list_tile_.download(pinned_tile_, list_tile_.size(), stream);
  list_base_.download(pinned_base_, list_base_.size(), stream);
  list_bound_.download(pinned_bound_, list_bound_.size(), stream);
  candidate_.download(pinned_candidate_, candidate_.size(), stream);
  dissimilarity_.download(pinned_dissimilarity_, dissimilarity_.size(), stream);
  stream.synchronize("scoring a frame");
  out.list_length = list_length_;
  out.candidates = candidates_;
  fetch_by_all(*pool_, pinned_tile_, out.list_tile);
  fetch_by_all(*pool_, pinned_base_, out.list_base);
  fetch_by_all(*pool_, pinned_bound_, out.list_bound);
  fetch_by_all(*pool_, pinned_candidate_, out.candidate_tile);
  fetch_by_all(*pool_, pinned_dissimilarity_, out.dissimilarity);
}

}  // namespace mosaic::gpu
