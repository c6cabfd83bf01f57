#include "model/erasing.h"

namespace helpdesk {

std::string erased_name(const Erasing& erasing, std::uint64_t number) {
    return std::string(erasing.called) + std::to_string(number);
}

}  // namespace helpdesk
