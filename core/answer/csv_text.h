// The records of a text of CSV, with the lines in which they begin.
#pragma once

#include <csv.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace helpdesk {

// Removes the byte order mark that some programs put in front of UTF-8. In files that were joined, there may
// be one wherever a file began.
std::string_view without_mark(std::string_view text);

// Splits off and returns a line, with its CRLF, LF or CR.
std::string_view split_line(std::string_view& text);

struct CsvRecord {
    std::size_t line = 0;
    std::string_view text;           // all of its bytes, from the beginning of that line on
    bool marked = false;             // begins with a mark, or follows one that is alone in its line
    std::size_t size = 0;            // how many cells it has
    std::vector<std::string> cells;  // as many of them as a header may have columns
    bool is_empty = true;            // no cell has a text

    void add(const char* text, std::size_t length);
};

// Feeds libcsv's parser line by line, so that it is known in which line a record begins. Throws
// std::bad_alloc.
class CsvText {
  public:
    explicit CsvText(std::string_view text);
    CsvText(const CsvText&) = delete;
    CsvText& operator=(const CsvText&) = delete;
    ~CsvText() { csv_free(&parser_); }

    // Reads the next record that is not empty. Returns false at the end, or if the text is broken().
    bool next(CsvRecord& record);

    bool broken() const { return broken_; }

  private:
    bool read(CsvRecord& record);
    void check_memory() const;
    static void add_cell(void* cell, std::size_t size, void* self) noexcept;
    static void end_record(int end, void* self) noexcept;

    csv_parser parser_{};
    std::string_view rest_;
    std::size_t line_ = 0;
    CsvRecord* record_ = nullptr;
    bool ended_ = false;
    bool broken_ = false;
    bool out_of_memory_ = false;
};

}  // namespace helpdesk
