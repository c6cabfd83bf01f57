// Stands in for core/db: the fuzz targets end where a call would go to the database.
#include <cstdlib>

#include "db/database.h"

namespace helpdesk {

WriteResult write(const DatabaseSettings& /*database*/, const Write& /*write*/) {
    std::abort();
}

std::vector<WriteResult> write_grouped(const DatabaseSettings& /*database*/,
                                       std::span<const Write* const> /*writes*/) {
    std::abort();
}

ErasedPiece erase_piece(const DatabaseSettings& /*database*/, Write& /*write*/) {
    std::abort();
}

WriteResult rehearse(const DatabaseSettings& /*database*/, const Write& /*write*/) {
    std::abort();
}

bool can_share(const Write& /*write*/) {
    return false;
}

bool adds_rows(const Write& /*write*/) {
    return false;
}

ReadResult read(const DatabaseSettings& /*database*/, const Reading& /*reading*/) {
    std::abort();
}

std::vector<ReadResult> read_grouped(const DatabaseSettings& /*database*/,
                                     std::span<const Reading> /*readings*/) {
    std::abort();
}

CountsResult read_counts(const DatabaseSettings& /*database*/, const Selection& /*selection*/) {
    std::abort();
}

StoredValues read_values(const DatabaseSettings& /*database*/, const Write& /*write*/,
                         std::span<const Variable* const> /*variables*/) {
    std::abort();
}

Outcome check_health(const DatabaseSettings& /*database*/) {
    std::abort();
}

Credentials read_credentials(const DatabaseSettings& /*database*/, const SignInCheck& /*check*/) {
    std::abort();
}

}  // namespace helpdesk
