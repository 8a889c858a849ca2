# Builds and installs bookmeatoz with PGXS: make && make install && make installcheck [PG_CONFIG=...].
# In a folder of its own: make -f /path/to/bookmeatoz/Makefile.
# The core's unit tests, fuzzers and benchmarks are built by CMakeLists.txt; everything together runs by ./dev check.

PG_CONFIG ?= pg_config
source := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
in_source = $(patsubst $(source)/%,%,$(wildcard $(addprefix $(source)/,$(1))))
EXTVERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" $(source)/bookmeatoz.control)

EXTENSION = bookmeatoz
MODULE_big = bookmeatoz
OBJS = $(patsubst %.cpp,%.o,$(sort $(call in_source,src/core/*.cpp src/pg/*.cpp src/pg/*/*.cpp)))
# Scripts of releases are frozen. Those of the present version are made from its parts: the one that installs it, and the one that updates
# the release before it.
UPDATED := $(patsubst sql/update/from-%.sql,%,$(call in_source,sql/update/from-*.sql))
DATA = $(call in_source,sql/bookmeatoz--*.sql)
DATA_built = bookmeatoz--$(EXTVERSION).sql bookmeatoz--$(UPDATED)--$(EXTVERSION).sql

REGRESS = $(sort $(notdir $(basename $(call in_source,test/sql/*.sql))))
REGRESS_OPTS = --inputdir=$(source)/test
ISOLATION = $(sort $(notdir $(basename $(call in_source,test/isolation/specs/*.spec))))
ISOLATION_OPTS = --inputdir=$(source)/test/isolation
# The tests have a database of their own, and what it sorts and stores does not depend on the server's locale.
ENCODING = UTF8
NO_LOCALE = 1

# The server's headers count as system headers: their warnings are not ours. Every symbol is hidden but the entry
# points, so that a symbol of another extension never takes the place of one of ours (nor ours of theirs).
PG_CPPFLAGS = -I$(source)/src -isystem $(shell $(PG_CONFIG) --includedir-server)
# PG_CXXFLAGS of the environment or of the command line is added.
override PG_CXXFLAGS += -std=c++20 -fvisibility=hidden -fvisibility-inlines-hidden -Wall -Wextra
SHLIB_LINK = -lstdc++

# Bitcode gains nothing here, the server's rule for it ignores PG_CXXFLAGS, and without clang the build would stop.
ifeq ($(WITH_BITCODE),1)
PG_CPPFLAGS += -std=c++20
else
override with_llvm = no
endif

EXTRA_CLEAN = $(OBJS:.o=.d) $(OBJS:.o=.bc) results output_iso regression.diffs regression.out

PGXS := $(shell $(PG_CONFIG) --pgxs)
ifeq ($(PGXS),)
$(error $(PG_CONFIG) does not run. Install the server's development files (Debian: postgresql-server-dev-NN) or give PG_CONFIG=/path/to/pg_config)
endif
include $(PGXS)

# From 16 on the expected output is looked for in a folder that is told. 15 looks below the present one first.
ifeq ($(filter 15,$(MAJORVERSION)),)
REGRESS_OPTS += --expecteddir=$(source)
ISOLATION_OPTS += --expecteddir=$(source)/test/isolation
else ifneq ($(source),.)
$(shell ln -sfn $(abspath $(source))/expected expected)
EXTRA_CLEAN += expected
endif

# An object is built again when a header that it includes changes: the compiler writes the list beside it.
override CXXFLAGS += -MMD -MP
-include $(OBJS:.o=.d)

# The engine's inner loops gain a quarter from -O3, by ./dev bench core; whoever asks for another level gets it.
$(filter src/core/%,$(OBJS)): override CXXFLAGS := $(patsubst -O2,-O3,$(CXXFLAGS))

# The folders of the objects, when the sources are elsewhere. (As a prerequisite make would find those of the sources.)
$(shell mkdir -p $(dir $(OBJS)))

parts := $(source)/sql/assemble $(wildcard $(source)/sql/install/*.sql $(source)/sql/update/*.sql)
bookmeatoz--$(EXTVERSION).sql: $(parts)
	$< >$@.new && mv $@.new $@
bookmeatoz--$(UPDATED)--$(EXTVERSION).sql: $(parts)
	$< --update-from $(UPDATED) >$@.new && mv $@.new $@
