#include "answer/csv_text.h"

#include <new>

#include "request/decode.h"

namespace helpdesk {

std::string_view without_mark(std::string_view text) {
    constexpr std::string_view mark = "\xEF\xBB\xBF";
    while (text.starts_with(mark))
        text.remove_prefix(mark.size());
    return text;
}

std::string_view split_line(std::string_view& text) {
    std::size_t end = text.find_first_of("\r\n");
    if (end != std::string_view::npos)
        end += text.substr(end).starts_with("\r\n") ? 2 : 1;
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(line.size());
    return line;
}

void CsvRecord::add(const char* text, std::size_t length) {
    ++size;
    is_empty = is_empty && length == 0;
    if (cells.size() < max_variables)
        cells.emplace_back(text, length);
}

CsvText::CsvText(std::string_view text) : rest_(text) {
    constexpr std::size_t block = 4096;
    if (csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI) != 0)
        throw std::bad_alloc();
    csv_set_blk_size(&parser_, block);
    csv_set_space_func(&parser_, [](unsigned char) { return 0; });
}
bool CsvText::next(CsvRecord& record) {
    record.marked = false;
    while (read(record))
        if (!record.is_empty)
            return true;
    return false;
}

bool CsvText::read(CsvRecord& record) {
    record.cells.clear();
    record.size = 0;
    record.is_empty = true;
    record_ = &record;
    ended_ = false;
    bool begun = false;
    std::string_view left;  // from the record's first line on
    while (!rest_.empty() && !ended_) {
        if (!begun)
            left = rest_;
        std::string_view line = split_line(rest_);
        ++line_;
        if (!begun) {
            const std::size_t size = line.size();
            line = without_mark(line);
            record.marked = record.marked || line.size() < size;
            record.line = line_;
        }
        begun = begun || line.find_first_not_of("\r\n") != std::string_view::npos;
        broken_ = csv_parse(&parser_, line.data(), line.size(), add_cell, end_record, this) != line.size();
        check_memory();
        if (broken_)
            return false;
    }
    if (!ended_) {
        broken_ = csv_fini(&parser_, add_cell, end_record, this) != 0;
        check_memory();
    }
    record.text = left.substr(0, left.size() - rest_.size());
    return ended_;
}

void CsvText::check_memory() const {
    if (out_of_memory_ || (broken_ && csv_error(const_cast<csv_parser*>(&parser_)) != CSV_EPARSE))
        throw std::bad_alloc();
}

void CsvText::add_cell(void* cell, std::size_t size, void* self) noexcept {
    auto& text = *static_cast<CsvText*>(self);
    try {
        text.record_->add(static_cast<const char*>(cell), size);
    } catch (const std::exception&) {
        text.out_of_memory_ = true;
    }
}

void CsvText::end_record(int /*end*/, void* self) noexcept {
    static_cast<CsvText*>(self)->ended_ = true;
}

}  // namespace helpdesk
