#include "call/erasure.h"

#include "call/verbs.h"

namespace helpdesk {

Work::Step ErasureWork::carry_out() {
    ErasedPiece piece = erase_piece(database(), write());
    if (!piece.problems.empty())
        return {Stage::done, Outcome(std::move(piece))};
    has_begun_ = has_begun_ || piece.more || write().erased.records_done > 0;
    // The If-Match fitted when the first piece was erased, which cannot be undone.
    if (has_begun_)
        write().if_match.clear();
    return piece.more ? Step{Stage::database} : WriteWork::carry_out();
}

void ErasureWork::explain(Problem& problem) const {
    if (has_begun_)
        problem.text += "; " + progress() + "; it can be sent again";
}

std::string ErasureWork::progress() const {
    if (!has_begun_)
        return {};
    return "the erasure stopped before its end, with " + std::to_string(write().erased.records_done) +
           " records done";
}

std::unique_ptr<Work> begin_erasure(const Incoming& in) {
    return std::make_unique<ErasureWork>(in.settings, in.format, check_write(in));
}

}  // namespace helpdesk
