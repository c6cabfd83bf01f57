#include "call/counts.h"

#include <utility>

#include "answer/format.h"
#include "model/counting.h"

namespace helpdesk {

Counts::Counts(const Settings& settings, Format format, Selection selection)
    : Work(settings, format), selection_(std::move(selection)) {}

Work::Step Counts::carry_out() {
    counts_ = read_counts(database(), selection_);
    return {Stage::done, std::move(static_cast<Outcome&>(counts_))};
}

Reply Counts::answer() {
    const Counting& counting = *selection_.action->resource.counting;
    const auto writer = make_list_writer(format(), counting.root, counting.element);
    FieldList fields;
    for (const std::vector<std::string>& values : counts_.records) {
        fields.clear();
        for (std::size_t i = 0; i < count_outputs.size(); ++i)
            fields.push_back({count_outputs[i], values[i]});
        writer->record(fields);
    }
    Reply reply = make_reply(writer->finish());
    if (counts_.more)
        reply.headers.emplace_back("X-Helpdesk-More", "Y");
    return reply;
}

}  // namespace helpdesk
