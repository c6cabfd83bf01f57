// The indexes of a resource's table, as far as lists rely on them. tests/e2e/test_indexes.py compares them
// with those that the migrations make.
#pragma once

#include <string_view>

#include "model/selector.h"

namespace helpdesk {

// Records that are equal in its columns come in the order of their numbers.
struct Index {
    Few<std::string_view, 2> columns;
    bool unique = false;  // no two records are equal in them
};

}  // namespace helpdesk
