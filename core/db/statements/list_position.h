// Says how far a list was read, so that it can be read page by page, by any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace helpdesk {

// The records of a list in their order, in a few bytes each: a million of them wait for their client.
class FoundRecords {
  public:
    struct Record {
        std::uint64_t id = 0;
        std::uint64_t changed = 0;  // the time of the last change as one number; 0 if it does not matter
    };

    void add(const Record& record);
    // Ends adding: frees the memory that was kept for more records.
    void end() { bytes_.shrink_to_fit(); }

    bool empty() const { return next_.at == bytes_.size(); }
    // Returns the next records, at most `most`.
    std::vector<Record> front(std::size_t most) const;
    // Skips the next record. There must be one.
    void skip() { next_ = after(next_); }

  private:
    struct Place {
        std::size_t at = 0;
        Record before;
    };
    Place after(Place place) const;

    // The differences between a record and the one before, seven bits in a byte.
    std::string bytes_;
    Record last_;
    Place next_;
};

struct ListPosition {
    // A value that is read in pieces.
    struct LongValue {
        std::size_t output = 0;  // its place among the resource's outputs
        std::uint64_t bytes = 0;
    };
    // A record that was read in part.
    struct OpenRecord {
        std::uint64_t id = 0;
        std::uint64_t version = 0;  // the rest must have the same version
        std::vector<LongValue> values;
        std::size_t value = 0;     // the one that is being read
        std::uint64_t offset = 0;  // of its next byte
    };

    bool found = false;  // whether the list's records are known
    bool more = false;   // whether there are records past the selection's limit
    FoundRecords rest;   // the records that are still to be read
    std::optional<OpenRecord> open;
    std::size_t record_bytes = 0;  // an average of the text of a record; 0: none was read

    bool done() const { return found && rest.empty() && !open; }
};

}  // namespace helpdesk
