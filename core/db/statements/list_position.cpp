#include "db/statements/list_position.h"

namespace helpdesk {
namespace {

constexpr unsigned bits = 7;
constexpr std::uint64_t low_bits = (1U << bits) - 1;
constexpr std::uint64_t more_follows = 1U << bits;

// Turns small differences, positive or negative, into small numbers.
std::uint64_t fold(std::uint64_t difference) {
    return (difference << 1) ^ (difference >> 63 != 0 ? ~std::uint64_t{0} : 0);
}

std::uint64_t unfold(std::uint64_t folded) {
    return (folded >> 1) ^ ((folded & 1) != 0 ? ~std::uint64_t{0} : 0);
}

void put(std::string& bytes, std::uint64_t number) {
    for (; number > low_bits; number >>= bits)
        bytes += static_cast<char>((number & low_bits) | more_follows);
    bytes += static_cast<char>(number);
}

std::uint64_t get(const std::string& bytes, std::size_t& at) {
    std::uint64_t number = 0;
    for (unsigned shift = 0;; shift += bits) {
        const auto byte = static_cast<unsigned char>(bytes[at++]);
        number |= (byte & low_bits) << shift;
        if ((byte & more_follows) == 0)
            return number;
    }
}

}  // namespace

void FoundRecords::add(const Record& record) {
    put(bytes_, fold(record.id - last_.id));
    put(bytes_, fold(record.changed - last_.changed));
    last_ = record;
}

std::vector<FoundRecords::Record> FoundRecords::front(std::size_t most) const {
    std::vector<Record> records;
    for (Place place = next_; records.size() < most && place.at < bytes_.size();) {
        place = after(place);
        records.push_back(place.before);
    }
    return records;
}

FoundRecords::Place FoundRecords::after(Place place) const {
    place.before.id += unfold(get(bytes_, place.at));
    place.before.changed += unfold(get(bytes_, place.at));
    return place;
}

}  // namespace helpdesk
