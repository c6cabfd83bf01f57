// Each format of an answer: what is written reads back as the same values. An input is the number of fields
// of a record, a line break, and the values, one after the other with a NUL between.
#include <algorithm>
#include <array>
#include <cstdint>

#include "fuzz.h"
#include "model/action.h"
#include "read_back.h"
#include "text.h"

namespace {

using namespace helpdesk;

// What Variables::add makes of what is no text.
std::string clean(std::string_view value) {
    const bool is_text = text::is_utf8(value) && text::is_printable(value);
    return is_text ? std::string(value) : text::percent_encode(value);
}

FieldList view(const Record& fields) {
    FieldList record;
    for (const auto& [name, value] : fields)
        record.push_back({name, value});
    return record;
}

void check(Format format, const std::vector<Record>& records) {
    const Resource& resource = customers();
    const std::string plural(resource.names.many);
    const std::string singular(resource.names.element);
    const auto writer = make_list_writer(format, plural, singular);
    for (const Record& record : records)
        writer->record(view(record));
    require(read_back(format, Shape::list, join(writer->finish()), plural, singular) == records,
            "a list reads back as it was written");

    const std::string root(response_root);
    const Record& first = records.front();
    require(read_back(format, Shape::answer, write_answer(format, view(first)), root, {}) ==
                std::vector<Record>{first},
            "an answer reads back as it was written");

    Problems problems;
    std::vector<Record> written;
    for (const Record& record : records) {
        const std::string& text = record.front().second;
        problems.push_back({code::too_long, record.back().second, text});
        const std::string& variable = problems.back().variable;
        const std::string prefix = variable.empty() ? "" : variable + ": ";
        written.push_back({{"error", prefix + text}, {"code", "too_long"}});
        if (format != Format::xml)
            written.back().emplace_back("variable", variable);
    }
    require(read_back(format, Shape::problems, write_problems(format, problems), root, "error") == written,
            "problems read back as they were written");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view input(reinterpret_cast<const char*>(data), size);
    const auto& outputs = customers().outputs;
    const std::size_t width = std::clamp<std::size_t>(
        std::strtoul(std::string(take_line(input)).c_str(), nullptr, 10), 1, outputs.size());
    std::vector<Record> records;
    for (bool more = true; more;) {
        Record& fields = records.emplace_back();
        for (std::size_t i = 0; i < width; ++i) {
            const std::string_view value = input.substr(0, input.find('\0'));
            more = value.size() < input.size();
            input.remove_prefix(value.size() + (more ? 1 : 0));
            fields.emplace_back(outputs[i].name, clean(value));
        }
    }
    for (const Format format : {Format::xml, Format::json, Format::url})
        check(format, records);
    return 0;
}
