// Builds a text that grows at its end.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace helpdesk {

// The text of an answer, in pieces, so that a long one is never copied into a larger buffer as it grows.
using TextPieces = std::vector<std::string>;

class TextBuilder {
  public:
    void append(std::string_view text) {
        if (pieces_.empty() || pieces_.back().size() + text.size() > piece_size) {
            pieces_.emplace_back();
            // The first piece is not reserved, because most answers are short.
            if (pieces_.size() > 1)
                pieces_.back().reserve(std::max(piece_size, text.size()));
        }
        pieces_.back() += text;
        size_ += text.size();
    }

    // Returns the number of bytes.
    std::size_t size() const { return size_; }
    bool ends_with(char c) const { return !pieces_.empty() && pieces_.back().ends_with(c); }

    void remove_last() {
        pieces_.back().pop_back();
        --size_;
        if (pieces_.back().empty())
            pieces_.pop_back();
    }

    // Returns the text so far, and begins a new one.
    TextPieces take() {
        size_ = 0;
        return std::exchange(pieces_, {});
    }

  private:
    static constexpr std::size_t piece_size = std::size_t{64} * 1024;

    TextPieces pieces_;
    std::size_t size_ = 0;
};

}  // namespace helpdesk
