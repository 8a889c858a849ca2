// Measures how long a client waits for prepared statements: competitors take turns in one run. Called by run.py.
//
// usage: latency ROUNDS MILLISECONDS <STATEMENTS, connected by PGHOST and PGDATABASE. A line of standard input is one competitor, its
// fields separated by tabs: connection options, the commands that set the session up, the statement, its parameters. One line a round and
// competitor comes out: the number of the competitor, the median time of an execution in microseconds, the CPU time of the backend for an
// execution in microseconds (other work on the machine blurs it less), and the rows that it gave.
// In a round each competitor runs for about so many MILLISECONDS, at least three times; competitors that agree in their connection and
// set-up share a backend. The whole answer is read, as text, as most drivers do.

#include <libpq-fe.h>
#include <sched.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

struct Competitor {
    PGconn* connection;
    std::string name;
    std::vector<std::string> parameters;
    int executions = 3;
};

[[noreturn]] void fail(PGconn* connection, const std::string& what) {
    std::cerr << PQerrorMessage(connection) << "in: " << what << '\n';
    std::exit(1);
}

void expect_success(PGconn* connection, PGresult* result, const std::string& what) {
    const ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        fail(connection, what);
}

std::vector<std::string> split(const std::string& line) {
    std::vector<std::string> fields(1);
    for (const char c : line) {
        if (c == '\t')
            fields.emplace_back();
        else
            fields.back() += c;
    }
    return fields;
}

/// Client and backends share a core: otherwise what is measured is also how fast one core wakes another, and that varies. Without the right
/// to it (the server is another user's) the backends run where they may.
void stay_on_one_core(int process) {
    cpu_set_t cores;
    CPU_ZERO(&cores);
    CPU_SET(std::thread::hardware_concurrency() - 1, &cores);
    sched_setaffinity(process, sizeof cores, &cores);
}

/// One connection for each pair of options and set-up.
PGconn* connect(const std::string& options, const std::string& setup) {
    static std::map<std::pair<std::string, std::string>, PGconn*> open;
    PGconn*& connection = open[{options, setup}];
    if (connection == nullptr) {
        connection = PQconnectdb(options.c_str());
        if (PQstatus(connection) != CONNECTION_OK)
            fail(connection, options);
        stay_on_one_core(PQbackendPID(connection));
        PGresult* const result = PQexec(connection, setup.c_str());
        if (PQresultStatus(result) != PGRES_EMPTY_QUERY)
            expect_success(connection, result, setup);
        PQclear(result);
    }
    return connection;
}

Competitor prepare(const std::string& line, std::size_t number) {
    const std::vector<std::string> fields = split(line);
    if (fields.size() < 3) {
        std::cerr << "too few fields: " << line << '\n';
        std::exit(1);
    }
    Competitor competitor{connect(fields[0], fields[1]),
                          "statement_" + std::to_string(number),
                          {fields.begin() + 3, fields.end()}};
    PGresult* const result =
        PQprepare(competitor.connection, competitor.name.c_str(), fields[2].c_str(), 0, nullptr);
    expect_success(competitor.connection, result, fields[2]);
    PQclear(result);
    return competitor;
}

struct Execution {
    double microseconds;
    int rows;
};

/// Nanoseconds of CPU that the backend has used, exact once it waits for us again.
long long cpu_time(PGconn* connection) {
    const std::string path = "/proc/" + std::to_string(PQbackendPID(connection)) + "/schedstat";
    long long last = -1;
    for (;;) {
        std::this_thread::sleep_for(std::chrono::microseconds(300));
        long long now = 0;
        std::ifstream(path) >> now;
        if (now == last)
            return now;
        last = now;
    }
}

Execution execute(const Competitor& competitor) {
    std::vector<const char*> values;
    for (const std::string& parameter : competitor.parameters)
        values.push_back(parameter.c_str());
    const Clock::time_point before = Clock::now();
    PGresult* const result =
        PQexecPrepared(competitor.connection, competitor.name.c_str(), static_cast<int>(values.size()),
                       values.data(), nullptr, nullptr, 0);
    const Clock::time_point after = Clock::now();
    expect_success(competitor.connection, result, competitor.name);
    const Execution execution{std::chrono::duration<double, std::micro>(after - before).count(),
                              PQntuples(result)};
    PQclear(result);
    return execution;
}

/// Runs until plans and caches are warm and chooses how many executions fill the time.
void warm_up(Competitor& competitor, double milliseconds) {
    constexpr int beyond_the_custom_plans = 8;
    double fastest = execute(competitor).microseconds;
    for (int i = 0; i < beyond_the_custom_plans; ++i)
        fastest = std::min(fastest, execute(competitor).microseconds);
    competitor.executions = std::max(3, static_cast<int>(milliseconds * 1000 / fastest));
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::cerr << "usage: latency ROUNDS MILLISECONDS <STATEMENTS\n";
        return 2;
    }
    stay_on_one_core(0);
    const int rounds = std::atoi(argv[1]);
    const double milliseconds = std::atof(argv[2]);
    std::vector<Competitor> competitors;
    for (std::string line; std::getline(std::cin, line);)
        competitors.push_back(prepare(line, competitors.size()));
    for (Competitor& competitor : competitors)
        warm_up(competitor, milliseconds);

    std::vector<double> times;
    for (int round = 0; round < rounds; ++round) {
        for (std::size_t turn = 0; turn < competitors.size(); ++turn) {
            const std::size_t number = (turn + static_cast<std::size_t>(round)) % competitors.size();
            const Competitor& competitor = competitors[number];
            times.clear();
            int rows = 0;
            const long long used = cpu_time(competitor.connection);
            for (int i = 0; i < competitor.executions; ++i) {
                const Execution execution = execute(competitor);
                times.push_back(execution.microseconds);
                rows = execution.rows;
            }
            const double cpu =
                static_cast<double>(cpu_time(competitor.connection) - used) / 1000 / competitor.executions;
            const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
            std::nth_element(times.begin(), middle, times.end());
            std::printf("%zu\t%.2f\t%.2f\t%d\n", number, *middle, cpu, rows);
        }
        std::fflush(stdout);
    }
}
