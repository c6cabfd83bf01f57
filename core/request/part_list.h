// The parts of one row, as they came.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include "request/decode.h"

namespace helpdesk {

// The most parts that a row may have. It bounds the time and the locks of the transaction that stores them.
inline constexpr std::size_t most_parts = 10'000;

// Holds the pieces of a body that are parts, and decodes each whenever it is needed. Decoded, a part with
// twenty empty cells would take a hundred times the memory of its text. The body, and what the function for
// decoding uses, must outlive the list.
class PartList {
  public:
    using Decode = std::function<Variables(std::string_view)>;

    explicit PartList(Decode decode) : decode_(std::move(decode)) {}

    // Returns false, and adds nothing, if there are as many as a row may have.
    bool add(std::string_view text) {
        if (texts_.size() == most_parts)
            return false;
        texts_.push_back(text);
        bytes_ += text.size();
        return true;
    }

    std::size_t size() const { return texts_.size(); }
    // Returns the bytes of all texts together.
    std::size_t bytes() const { return bytes_; }
    // Returns the variables of a part, and its problems, which do not concern the others.
    Variables at(std::size_t part) const { return decode_(texts_.at(part)); }

  private:
    Decode decode_;
    std::vector<std::string_view> texts_;
    std::size_t bytes_ = 0;
};

}  // namespace helpdesk
