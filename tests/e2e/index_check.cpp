// Prints the indexes by which lists are read, as the resources say, for test_indexes.py: for each a line with
// its table, `unique` or `any`, and its columns.
#include <cstdio>
#include <string>

#include "model/resource.h"

namespace {

using namespace helpdesk;

void print(std::string_view table, bool unique, const std::string& columns) {
    std::printf("%.*s %s%s\n", static_cast<int>(table.size()), table.data(), unique ? "unique" : "any",
                columns.c_str());
}

}  // namespace

int main() {
    for (const Resource* resource : all_resources()) {
        for (const Index& index : indexes_of(*resource)) {
            std::string columns;
            for (const std::string_view column : index.columns)
                columns.append(" ").append(column);
            print(resource->table, index.unique, columns);
        }
        for (const Selector& selector : resource->selectors)
            for (const ListTable* list : selector.lists)
                if (list->unique)
                    print(list->table, true, " " + std::string(list->column));
    }
    return 0;
}
