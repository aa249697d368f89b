// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files of rt-app's: what of them a scenario says, what is listed, and what is
 * written for rt-app.
 */
#include "kselftest_harness.h"

#include <errno.h>

#include "lib/common/util/util.h"
#include "lib/guest/scenario/steps.h"
#include "lib/guest/text/text.h"

FIXTURE(rt_app)
{
	struct scenario_text st;
	struct strbuf out;
	struct strbuf left_out;
	char err[512];
};

FIXTURE_SETUP(rt_app)
{
	memset(self, 0, sizeof(*self));
	self->out = (struct strbuf)STRBUF_INIT;
	self->left_out = (struct strbuf)STRBUF_INIT;
}

FIXTURE_TEARDOWN(rt_app)
{
	scenario_text_free(&self->st);
	strbuf_free(&self->out);
	strbuf_free(&self->left_out);
}

static int read_text(FIXTURE_DATA(rt_app) *self, const char *text)
{
	int ret;

	scenario_text_free(&self->st);
	self->err[0] = '\0';
	ret = scenario_read(text, strlen(text), "x.json", &self->st, self->err,
			    sizeof(self->err));
	return ret ?: scenario_def_check(&self->st.def, 4000, 2, self->err,
					 sizeof(self->err));
}

static const char two_tasks[] =
	"{\n"
	"	/* as rt-app takes it: comments, and commas at the end */\n"
	"	\"tasks\" : {\n"
	"		\"late\" : {\n"
	"			\"instance\" : 3,\n"
	"			\"delay\" : 20500,\n"
	"			\"policy\" : \"SCHED_FIFO\",\n"
	"			\"loop\" : -1,\n"
	"			\"run\" : 1000,\n"
	"			\"timer\" : { \"ref\" : \"unique\", \"period\" : 5000 },\n"
	"		},\n"
	"		\"early\" : {\n"
	"			\"priority\" : -5,\n"
	"			\"cpus\" : [0, 2],\n"
	"			\"taskgroup\" : \"/a/b\",\n"
	"			\"phases\" : {\n"
	"				\"p1\" : { \"loop\" : 4, \"run\" : 300, \"sleep\" : 700, \"run\" : 10 },\n"
	"				\"p2\" : { \"runtime1\" : 20, \"yield\" },\n"
	"			}\n"
	"		}\n"
	"	},\n"
	"	\"global\" : { \"duration\" : 4, \"default_policy\" : \"SCHED_BATCH\" }\n"
	"}\n";

TEST_F(rt_app, tasks_are_workers_with_phases)
{
	static const struct work_phase phases[] = {
		{ .kind = WORK_PHASE_SPIN, .us = 300 },
		{ .kind = WORK_PHASE_SLEEP, .us = 700 },
		{ .kind = WORK_PHASE_SPIN, .us = 10, .loop = 4 },
		{ .kind = WORK_PHASE_SPIN, .us = 20 },
		{ .kind = WORK_PHASE_YIELD, .us = 1, .loop = 1 },
		{ },
	};
	const struct op *op;

	ASSERT_EQ(0, read_text(self, two_tasks))
		TH_LOG("%s", self->err);
	EXPECT_STREQ("", self->st.left_out.text);
	EXPECT_STREQ("duration_s=4", self->st.def.attributes);
	ASSERT_EQ(1U, self->st.def.n_steps);
	ASSERT_EQ(4U, self->st.def.steps->n_ops);
	op = self->st.def.steps->ops;
	EXPECT_EQ(OP_ADD_CGROUP, op[0].id);
	EXPECT_STREQ("a/b", op[0].cgroup);
	EXPECT_EQ(OP_SPAWN, op[1].id);
	EXPECT_STREQ("a/b", op[1].cgroup);
	EXPECT_EQ(1U, op[1].workers);
	EXPECT_EQ(POLICY_BATCH, op[1].work.place.policy);
	EXPECT_EQ(-5, op[1].work.place.nice);
	EXPECT_STREQ("0,2", op[1].work.place.cpus);
	EXPECT_STREQ("early", op[1].work.place.comm);
	EXPECT_EQ(0, memcmp(phases, op[1].work.phases, sizeof(phases)));
	EXPECT_EQ(OP_PAUSE, op[2].id);
	EXPECT_EQ(21U, op[2].ms);
	EXPECT_EQ(OP_SPAWN, op[3].id);
	EXPECT_TRUE(!op[3].cgroup);
	EXPECT_EQ(3U, op[3].workers);
	EXPECT_EQ(POLICY_FIFO, op[3].work.place.policy);
	EXPECT_EQ(10U, op[3].work.place.priority);
	EXPECT_EQ(WORK_PHASE_TIMER, op[3].work.phases[1].kind);
	EXPECT_EQ(5000U, op[3].work.phases[1].us);
}

TEST_F(rt_app, what_a_scenario_cannot_say_is_listed_with_its_line)
{
	static const struct {
		const char *task;
		const char *says;
	} cases[] = {
		{ "\"memrun\" : 5, \"run\" : 5", "memrun: memory is not gone through" },
		{ "\"signal\" : \"c\", \"run\" : 5", "signal: it wakes all who wait" },
		{ "\"fork\" : \"u\", \"run\" : 5", "fork: no task is started" },
		{ "\"util_min\" : 5, \"run\" : 5", "util_min: a worker has no" },
		{ "\"loop\" : 3, \"run\" : 5", "loop: the task does not end after 3" },
		{ "\"run\" : 5, \"dl-runtime\" : 9", "dl-runtime: a worker has no" },
		{ "\"run\" : 5, \"timer\" : { \"ref\" : \"tick\", \"period\" : 1 }",
		  "timer: each worker has one of its own" },
		{ "\"phases\" : { \"a\" : { \"run\" : 5, \"cpus\" : [1] }, \"b\" : { \"run\" : 5 } }",
		  "cpus: is a task's, and does not change" },
	};
	char text[512];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		snprintf(text, sizeof(text),
			 "{ \"tasks\" : {\n\"t\" : { %s } } }", cases[i].task);
		EXPECT_EQ(0, read_text(self, text))
			TH_LOG("%s: %s", cases[i].task, self->err);
		EXPECT_TRUE(strstr(self->st.left_out.text, cases[i].says) &&
			    strstarts(self->st.left_out.text, "x.json:2: "))
			TH_LOG("%s: %s", cases[i].task, self->st.left_out.text);
	}
}

/* Without its blanks, for what is looked for to be in one line */
static void squeeze(struct strbuf *text)
{
	size_t i, to = 0;

	for (i = 0; i < text->len; i++)
		if (text->text[i] != ' ' && text->text[i] != '\n')
			text->text[to++] = text->text[i];
	text->text[to] = '\0';
	text->len = to;
}

/*
 * The keys of doc/tutorial.txt of rt-app: what a task comes to as scenario.json, and
 * what of it is listed, "" for nothing.
 */
static const struct {
	const char *task;
	const char *is;
	const char *listed;
} keys[] = {
	{ "'run':5", "{'kind':'spin','us':5}", "" },
	{ "'run1':5,'run2':6", "{'kind':'spin','us':5},{'kind':'spin','us':6}",
	  "" },
	{ "'runtime':5", "{'kind':'spin','us':5}", "" },
	{ "'sleep':5", "{'kind':'sleep','us':5}", "" },
	{ "'run':1,'sleep':0", "'phases':[{'kind':'spin','us':1}]", "" },
	{ "'timer':{'ref':'unique','period':9}", "{'kind':'timer','us':9}", "" },
	{ "'timer':{'period':9,'mode':'absolute'}", "{'kind':'tick','us':9}", "" },
	{ "'timer':{'ref':'shared','period':9}", "{'kind':'timer','us':9}",
	  "timer: each worker has one of its own" },
	{ "'mem':4500", "{'kind':'spin','us':5}", "mem: it computes, without memory" },
	{ "'iorun':250000", "{'kind':'io','us':2501}", "iorun: it writes a file" },
	{ "'run':1,'memrun':{'type':'chase','size':64,'count':3}", "'spin'",
	  "memrun: memory is not gone through" },
	{ "'yield':''", "{'kind':'yield','us':1}", "" },
	{ "'lock':'m','unlock':'m'",
	  "{'kind':'lock','channel':1},{'kind':'unlock','channel':1}", "" },
	{ "'wait':{'ref':'c','mutex':'m'}",
	  "{'kind':'suspend','channel':1,'lock':2}", "" },
	{ "'signal':'c'", "{'kind':'resume','channel':1}",
	  "signal: it wakes all who wait, not one" },
	{ "'broad':'c'", "{'kind':'resume','channel':1}", "" },
	{ "'sync':{'ref':'c','mutex':'m'}",
	  "{'kind':'lock','channel':2},{'kind':'resume','channel':1},{'kind':'suspend','channel':1,'lock':2},{'kind':'unlock','channel':2}",
	  "" },
	{ "'barrier':'b'", "{'kind':'barrier','channel':1,'users':1}", "" },
	{ "'suspend':'t'", "{'kind':'suspend','channel':1}", "" },
	{ "'resume':'t'", "{'kind':'resume','channel':1}", "" },
	{ "'sem_post':'s'", "{'kind':'post','channel':1}", "" },
	{ "'sem_wait':'s'", "{'kind':'take','channel':1}", "" },
	{ "'run':1,'fork':'u'", "'spin'", "fork: no task is started by another" },
	{ "'phases':{'a':{'loop':3,'run':1},'b':{'run':2}}",
	  "{'kind':'spin','us':1,'loop':3},{'kind':'spin','us':2,'loop':1}", "" },
	{ "'phases':{'a':{'loop':0,'run':1},'b':{'run':2}}",
	  "'phases':[{'kind':'spin','us':2,'loop':1}]", "" },
	{ "'phases':{'a':{'run':2,'loop':-1}}", "'loop':4294967294", "" },
	{ "'run':1,'loop':-1", "'phases':[{'kind':'spin','us':1}]", "" },
	{ "'run':1,'loop':3", "'spin'", "loop: the task does not end after 3" },
	{ "'run':1,'instance':7", "'op':'Spawn','workers':7", "" },
	{ "'run':1,'delay':2500", "{'op':'Pause','ms':3},{'op':'Spawn'", "" },
	{ "'run':1,'cpus':[0,3]", "'affinity':'EXACT','cpus':'0,3'", "" },
	{ "'run':1,'nodes_membind':[1]", "'memory':'BIND','nodes':'1'", "" },
	{ "'run':1,'taskgroup':'/a'",
	  "{'op':'AddCgroup','cgroup':'a'},{'op':'Spawn','cgroup':'a'", "" },
	{ "'run':1,'taskgroup':'/'", "'ops':[{'op':'Spawn'", "" },
	{ "'run':1,'policy':'SCHED_BATCH'", "'policy':'BATCH'", "" },
	{ "'run':1,'policy':'SCHED_IDLE'", "'policy':'IDLE'", "" },
	{ "'run':1,'policy':'SCHED_RR'", "'policy':'RR','priority':10", "" },
	{ "'run':1,'policy':'SCHED_FIFO','priority':3",
	  "'policy':'FIFO','priority':3", "" },
	{ "'run':1,'priority':-3", "'nice':-3", "" },
	{ "'run':1,'policy':'SCHED_DEADLINE','dl-runtime':10,'dl-deadline':20,'dl-period':30",
	  "'policy':'DEADLINE','runtime_us':10,'deadline_us':20,'period_us':30",
	  "" },
	{ "'run':1,'policy':'SCHED_DEADLINE','dl-runtime':10",
	  "'runtime_us':10,'deadline_us':10,'period_us':10", "" },
	{ "'run':1,'policy':'SCHED_DEADLINE','dl-runtime':10,'deadline':20,'period':30",
	  "'deadline_us':20,'period_us':30", "" },
	{ "'run':1,'dl-runtime':10", "'spin'", "dl-runtime: a worker has no slice" },
	{ "'run':1,'util_min':10", "'spin'", "util_min: a worker has no clamp" },
	{ "'run':1,'util_max':10", "'spin'", "util_max: a worker has no clamp" },
};

/* @text with ' for each " */
static void fill_quotes(const char *text, char *to, size_t size)
{
	size_t i;

	for (i = 0; i + 1 < size && text[i]; i++)
		to[i] = text[i] == '\'' ? '"' : text[i];
	to[i] = '\0';
}

TEST_F(rt_app, each_key_of_the_grammar)
{
	char task[512], text[600], is[512];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		struct strbuf json = STRBUF_INIT;

		fill_quotes(keys[i].task, task, sizeof(task));
		fill_quotes(keys[i].is, is, sizeof(is));
		snprintf(text, sizeof(text),
			 "{\"tasks\":{\"t\":{%s}},\"global\":{\"default_policy\":\"SCHED_OTHER\"}}",
			 task);
		ASSERT_EQ(0, read_text(self, text))
			TH_LOG("%s: %s", keys[i].task, self->err);
		ASSERT_EQ(0, scenario_write(&self->st.def, NULL, &json));
		squeeze(&json);
		EXPECT_NE(NULL, strstr(json.text, is))
			TH_LOG("%s: %s", keys[i].task, json.text);
		EXPECT_TRUE(*keys[i].listed ?
			    !!strstr(self->st.left_out.text, keys[i].listed) :
			    !self->st.left_out.len)
			TH_LOG("%s: %s", keys[i].task,
			       self->st.left_out.text);
		strbuf_free(&json);
	}
}

/* What is said of all tasks: the attributes that it comes to, and what is listed */
TEST_F(rt_app, each_key_of_global)
{
	static const struct {
		const char *global;
		const char *task;
		const char *attributes;
		const char *listed;
	} cases[] = {
		{ "'duration':3", "'run':5", "duration_s=3", "" },
		{ "'duration':301", "'run':5", "duration_s=300",
		  "duration: 300 s can be at most" },
		{ "'duration':-1", "'run':5", "",
		  "duration: no task of it ends" },
		{ "'duration':-1",
		  "'delay':900000,'loop':2,'phases':{'a':{'loop':10,'run':20000,'timer':{'period':100000}}}",
		  "duration_s=3", "duration: its tasks take about 3 s" },
		{ "", "'loop':1,'run':1,'sleep':4500000", "duration_s=5", "" },
		{ "", "'loop':1,'phases':{'a':{'loop':-1,'run':5}}", "", "" },
		{ "", "'loop':2147483647,'phases':{'a':{'loop':2147483647,'sleep':60000000}}",
		  "duration_s=300", "duration: 300 s can be at most" },
		{ "'calibration':'CPU0'", "'run':5", "", "calibration: " },
		{ "'calibration':80", "'run':5", "", "calibration: " },
		{ "'lock_pages':true", "'run':5", "", "lock_pages: " },
		{ "'pi_enabled':true", "'run':5", "", "pi_enabled: " },
		{ "'logdir':'./'", "'run':5", "", "logdir: " },
		{ "'log_basename':'x'", "'run':5", "", "log_basename: " },
		{ "'log_size':'file'", "'run':5", "", "log_size: " },
		{ "'ftrace':'none'", "'run':5", "", "ftrace: " },
		{ "'gnuplot':true", "'run':5", "", "gnuplot: " },
		{ "'cumulative_slack':true", "'run':5", "",
		  "cumulative_slack: " },
		{ "'io_device':'/dev/null'", "'run':5", "", "io_device: " },
		{ "'mem_buffer_size':4", "'run':5", "", "mem_buffer_size: " },
	};
	char global[256], task[256], text[600];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		fill_quotes(cases[i].global, global, sizeof(global));
		fill_quotes(cases[i].task, task, sizeof(task));
		snprintf(text, sizeof(text),
			 "{\"global\":{%s},\"tasks\":{\"t\":{%s}}}", global,
			 task);
		ASSERT_EQ(0, read_text(self, text))
			TH_LOG("%s: %s", text, self->err);
		EXPECT_STREQ(cases[i].attributes,
			     self->st.def.attributes ?: "")
			TH_LOG("%s", text);
		EXPECT_TRUE(!!strstr(self->st.left_out.text,
				     cases[i].listed))
			TH_LOG("%s: %s", text, self->st.left_out.text);
	}
}

static const char together[] =
	"{ \"tasks\" : {\n"
	"  \"a\" : { \"instance\" : 2, \"lock\" : \"x\",\n"
	"           \"wait\" : { \"ref\" : \"x\", \"mutex\" : \"x\" }, \"unlock\" : \"x\",\n"
	"           \"barrier\" : \"x\", \"run\" : 1 },\n"
	"  \"b\" : { \"broad\" : \"x\", \"suspend\", \"resume\" : \"b\",\n"
	"           \"sem_post\" : \"x\", \"sem_wait\" : \"x\", \"barrier\" : \"x\" } } }\n";

TEST_F(rt_app, tasks_that_wait_for_each_other_share_channels)
{
	const struct work_phase *a, *b;

	ASSERT_EQ(0, read_text(self, together))
		TH_LOG("%s", self->err);
	EXPECT_STREQ("", self->st.left_out.text);
	a = self->st.def.steps->ops[0].work.phases;
	b = self->st.def.steps->ops[1].work.phases;
	EXPECT_EQ(WORK_PHASE_LOCK, a[0].kind);
	EXPECT_EQ(WORK_PHASE_SUSPEND, a[1].kind);
	EXPECT_EQ(a[0].channel, a[1].lock);
	EXPECT_NE(a[0].channel, a[1].channel);
	EXPECT_EQ(WORK_PHASE_UNLOCK, a[2].kind);
	EXPECT_EQ(a[0].channel, a[2].channel);
	EXPECT_EQ(WORK_PHASE_BARRIER, a[3].kind);
	EXPECT_EQ(3U, a[3].users);
	EXPECT_EQ(WORK_PHASE_RESUME, b[0].kind);
	EXPECT_EQ(a[1].channel, b[0].channel);
	EXPECT_EQ(WORK_PHASE_SUSPEND, b[1].kind);
	EXPECT_EQ(b[1].channel, b[2].channel);
	EXPECT_NE(b[0].channel, b[1].channel);
	EXPECT_EQ(WORK_PHASE_POST, b[3].kind);
	EXPECT_EQ(WORK_PHASE_TAKE, b[4].kind);
	EXPECT_EQ(b[3].channel, b[4].channel);
	EXPECT_EQ(a[3].channel, b[5].channel);
	EXPECT_EQ(3U, b[5].users);
}

TEST_F(rt_app, what_rt_app_would_not_take_is_wrong)
{
	static const struct {
		const char *text;
		const char *says;
	} cases[] = {
		{ "{ \"tasks\" : [] }", "x.json:1: tasks: is an object" },
		{ "{ \"tasks\" : { } }", "none of its tasks can be run" },
		{ "{ \"tasks\" : { \"t\" : 3 } }", "t: a task is an object" },
		{ "{ \"tasks\" : { \"t\" : { \"slep\" : 3 } } }",
		  "x.json:1: slep: rt-app has no such key; near: sleep" },
		{ "{ \"tasks\" : { \"t\" : { \"run\" : -1 } } }",
		  "run: is no whole number from 0" },
		{ "{ \"tasks\" : { \"t\" : { \"run\" : 60000001 } } }",
		  "run: is longer than a minute" },
		{ "{ \"tasks\" : { \"t\" : { \"policy\" : \"FIFO\", \"run\" : 1 } } }",
		  "policy: FIFO: there is no such policy" },
		{ "{ \"tasks\" : { \"t\" : { \"cpus\" : [\"a\"], \"run\" : 1 } } }",
		  "cpus: is no whole number" },
		{ "{ \"tasks\" : { \"t\" : { \"cpus\" : [], \"run\" : 1 } } }",
		  "cpus: is no list of numbers" },
		{ "{ \"tasks\" : { \"t\" : { \"taskgroup\" : \"/../x\", \"run\" : 1 } } }",
		  "taskgroup: has a character in it" },
		{ "{ \"global\" : { \"durtion\" : 1 }, \"tasks\" : { } }",
		  "durtion: rt-app has no such key; near: duration" },
		{ "{ \"tasks\" : { \"t\" : { \"timer\" : 5 } } }",
		  "timer: is an object" },
		{ "{ \"tasks\" : { \"t\" : { \"timer\" : { \"ref\" : \"unique\" } } } }",
		  "timer: is no whole number" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_EQ(-EINVAL, read_text(self, cases[i].text))
			TH_LOG("taken: %s", cases[i].text);
		EXPECT_NE(NULL, strstr(self->err, cases[i].says))
			TH_LOG("%s: %s", cases[i].text, self->err);
	}
}

TEST_F(rt_app, more_events_than_can_be_are_listed_once)
{
	unsigned int i;

	strbuf_addf(&self->out, "{\"tasks\":{\"t\":{");
	for (i = 0; i < WORK_MAX_PHASES + 3; i++)
		strbuf_addf(&self->out, "\"run\":1,");
	strbuf_addf(&self->out, "}}}");
	ASSERT_EQ(0, read_text(self, self->out.text));
	EXPECT_STREQ("x.json:1: run: it and what follows it in this task: at most 64 events can be\n",
		     self->st.left_out.text);
}

TEST_F(rt_app, what_is_written_for_it_reads_as_the_same)
{
	struct strbuf again = STRBUF_INIT;

	ASSERT_EQ(0, read_text(self, two_tasks));
	ASSERT_EQ(0, scenario_write_rt_app(&self->st.def, &self->out,
					   &self->left_out));
	EXPECT_STREQ("", self->left_out.text);
	ASSERT_EQ(0, read_text(self, self->out.text))
		TH_LOG("%s", self->err);
	ASSERT_EQ(0, scenario_write_rt_app(&self->st.def, &again,
					   &self->left_out));
	EXPECT_STREQ(self->out.text, again.text);
	EXPECT_NE(NULL, strstr(again.text, "\"delay\":21000"));
	EXPECT_NE(NULL, strstr(again.text, "\"taskgroup\":\"/a/b\""));
	strbuf_free(&again);
}

TEST_F(rt_app, what_it_cannot_say_is_listed)
{
	static const struct cgroup_def defs[] = {
		{ .name = "a", .work = WORK_BURSTY(7, 9),
		  .cpuset = CPUSET_DISJOINT(0, 2),
		  .limits = { .cpu_weight = 7 } },
		{ .name = "b", .work = WORK(MUTEX_CONTENTION) },
		{ .name = "c",
		  .work = WORK(IDLE_CHURN, .place.affinity = AFFINITY_LLC) },
	};
	const struct step steps[] = {
		{ STEP_OPS(OP(CPU_OFFLINE, .cpu = 3)),
		  .hold = { .share = 0.5 } },
		{ },
	};
	const struct scenario_def def = {
		SCENARIO_DEFS(defs), SCENARIO_STEPS(steps),
	};

	ASSERT_EQ(0, scenario_write_rt_app(&def, &self->out, &self->left_out));
	EXPECT_STREQ("a: its cpuset\na: its limits\n"
		     "b: work of the type MutexContention\n"
		     "c: its affinity\n"
		     "an op: CpuOffline cpu 3\nstep 1\n",
		     self->left_out.text);
	EXPECT_NE(NULL, strstr(self->out.text, "7000"));
	EXPECT_NE(NULL, strstr(self->out.text, "9000"));
	EXPECT_TRUE(!strstr(self->out.text, "\"b\""));
}

TEST_HARNESS_MAIN
