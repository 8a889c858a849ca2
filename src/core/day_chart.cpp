// The days of one resource in quarters of an hour: see day_chart.hpp.
#include "day_chart.hpp"

#include "busy_time.hpp"
#include "interval_set.hpp"
#include "working_time.hpp"

namespace bookmeatoz {
namespace {

class Painter {
public:
    Painter(const Zone& zone, LocalDate first, std::pmr::vector<DayChart>& charts)
        : zone_(zone), first_(first),
          window_(zone.dates(first, first + std::chrono::days(charts.size() - 1))), charts_(charts) {}

    Interval window() const { return window_; }

    void paint(Interval interval, ChartMark mark) {
        const Instant end = std::min(interval.end, window_.end);
        for (Instant instant = std::max(interval.begin, window_.begin); instant < end;) {
            const LocalTime local = zone_.to_local(instant);
            const LocalDate date = std::chrono::floor<std::chrono::days>(local);
            const Duration time = local - date;
            // Between the dates there may be others, where the clock goes back over midnight.
            const auto day = (date - first_).count();
            if (0 <= day && day < static_cast<std::ptrdiff_t>(charts_.size())) {
                ChartMark& shown =
                    charts_[static_cast<std::size_t>(day)][static_cast<std::size_t>(time / chart_step)];
                shown = std::max(shown, mark);
            }
            // The offset may change within a quarter.
            instant = std::min(instant + (chart_step - time % chart_step), zone_.date_end(instant));
        }
    }

private:
    const Zone& zone_;
    LocalDate first_;
    Interval window_;
    std::pmr::vector<DayChart>& charts_;
};

} // namespace

std::pmr::vector<DayChart> day_charts(const Calendar& calendar, const Resource& resource, bool working,
                                      LocalDate first, int days, Poll poll,
                                      std::pmr::memory_resource* memory) {
    std::pmr::vector<DayChart> charts(static_cast<std::size_t>(days), DayChart{}, memory);
    const Zone zone(calendar.zone);
    Painter painter(zone, first, charts);
    if (working) {
        WorkingTime time = working_time(calendar, resource, painter.window(), poll, memory);
        normalize(time.offered, poll);
        for (const Interval& absent : subtract(time.offered, time.open, memory))
            painter.paint(absent, ChartMark::absent);
        for (const Interval& open : time.open)
            painter.paint(open, ChartMark::free);
    }
    for (const Booking& booking : resource.bookings) {
        poll();
        if (!occupies(booking, calendar.as_of))
            continue;
        painter.paint(busy_interval(booking), ChartMark::buffer);
        painter.paint(booking.interval, ChartMark::booked);
    }
    return charts;
}

} // namespace bookmeatoz
