// What a resource does with a write before it is stored: look something up, in the database or elsewhere.
#pragma once

#include <memory>

namespace helpdesk {

class Complaints;
class Preparation;
struct Resource;
struct Settings;
struct Write;

struct Preparing {
    // Begins with the write of a call (call/preparation.h), which must outlive what is returned and stay
    // where it is. Null: there is nothing to look up.
    std::unique_ptr<Preparation> (*begin)(Write& write, const Settings& settings) = nullptr;
    // Prepares a row of an import, for which nothing is looked up.
    void (*prepare_row)(Write& write, const Settings& settings) = nullptr;
    // Complains about a resource that lacks what these functions need.
    void (*validate)(const Resource& resource, Complaints& complaints) = nullptr;
};

}  // namespace helpdesk
