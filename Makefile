# Builds and installs bookmeatoz with PGXS: make && make install && make installcheck [PG_CONFIG=...].
# The core's unit tests, fuzzers and benchmarks are built by CMakeLists.txt; everything together runs by ./dev check.

PG_CONFIG ?= pg_config
EXTVERSION := $(shell sql/assemble version)

EXTENSION = bookmeatoz
MODULE_big = bookmeatoz
OBJS = $(patsubst %.cpp,%.o,$(sort $(wildcard src/core/*.cpp src/pg/*.cpp)))
DATA = $(wildcard sql/bookmeatoz--*--*.sql)
DATA_built = sql/bookmeatoz--$(EXTVERSION).sql

REGRESS = $(sort $(notdir $(basename $(wildcard test/sql/*.sql))))
REGRESS_OPTS = --inputdir=test
ISOLATION = $(sort $(notdir $(basename $(wildcard test/isolation/specs/*.spec))))
ISOLATION_OPTS = --inputdir=test/isolation

# The server's headers count as system headers: their warnings are not ours. Every symbol is hidden but the entry
# points, so that a symbol of another extension never takes the place of one of ours (nor ours of theirs).
PG_CPPFLAGS = -Isrc -isystem $(shell $(PG_CONFIG) --includedir-server)
PG_CXXFLAGS = -std=c++20 -fvisibility=hidden -fvisibility-inlines-hidden -Wall -Wextra
SHLIB_LINK = -lstdc++

# Bitcode gains nothing here, the server's rule for it ignores PG_CXXFLAGS, and without clang the build would stop.
ifeq ($(WITH_BITCODE),1)
PG_CPPFLAGS += -std=c++20
else
override with_llvm = no
endif

EXTRA_CLEAN = bookmeatoz.control $(OBJS:.o=.d) $(OBJS:.o=.bc) results output_iso regression.diffs regression.out

PGXS := $(shell $(PG_CONFIG) --pgxs)
ifeq ($(PGXS),)
$(error $(PG_CONFIG) does not run. Install the server's development files (Debian: postgresql-server-dev-NN) or give PG_CONFIG=/path/to/pg_config)
endif
include $(PGXS)

# From 16 on the expected output is looked for in a folder of its own.
ifeq ($(filter 15,$(MAJORVERSION)),)
ISOLATION_OPTS += --expecteddir=test/isolation
endif

# An object is built again when a header that it includes changes: the compiler writes the list beside it.
override CXXFLAGS += -MMD -MP
-include $(OBJS:.o=.d)

# The engine's inner loops gain a quarter from -O3, by ./dev bench core; whoever asks for another level gets it.
$(filter src/core/%,$(OBJS)): override CXXFLAGS := $(patsubst -O2,-O3,$(CXXFLAGS))

sql_parts = sql/assemble META.json $(wildcard sql/install/*.sql)

bookmeatoz.control: bookmeatoz.control.in META.json sql/assemble
	sql/assemble control >$@.new && mv $@.new $@

sql/bookmeatoz--$(EXTVERSION).sql: $(sql_parts)
	sql/assemble script >$@.new && mv $@.new $@
