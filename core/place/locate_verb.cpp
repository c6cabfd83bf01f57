// The verb that looks up the coordinates of a stored address.
#include "call/verbs.h"
#include "place/locate.h"

namespace helpdesk {
namespace {

std::string_view lacks_place(const Resource& resource) {
    return resource.place == nullptr ? "looks up an address, but there is none" : "";
}

std::unique_ptr<Work> begin_locate(const Incoming& in) {
    std::unique_ptr<Work> work = begin_write(in);
    if (!in.settings.geocoder)
        in.problems.push_back({code::geocoder_unavailable, "", "this server has no geocoder"});
    return work;
}

}  // namespace

const Verb verbs::locate = {.name = "locate",
                            .answer = "located",
                            .changes = true,
                            .takes_if_match = true,
                            .unsuited = lacks_place,
                            .variables = names_of_record,
                            .about = "Looks up the coordinates of the stored address of {one}.",
                            .describe = describe_change_of_record,
                            .begin = begin_locate};

}  // namespace helpdesk
