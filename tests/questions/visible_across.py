"""What is asked across all documents, and the whole answers."""

from __future__ import annotations

from visible import Ask, Visible

ACROSS = (
    Visible("xq-03", (
        Ask("finding", {"finding": "nr-key-11"}, "number approaches themes toldAs", {
            ("11", "Permanence and Care Excellence programme",
             "permanence planning; planning for individual children", "weakness"),
        }),
    ), context={
        ("national-review-2012-2017", 433):
            "the heading, which only gives the number",
    }),
    Visible("xq-04", (
        Ask("inspections", {
            "programme": "services-for-children-2012-17",
            "partnership": ["South Lanarkshire", "Clackmannanshire", "North Ayrshire",
                                "Midlothian"],
        }, "who inGroup isPilot inspection#", {
            ("Clackmannanshire", "Pre-2014 group", False, "clackmannanshire-2014"),
            ("Clackmannanshire", None, False, "clackmannanshire-2015"),
            ("Midlothian", "Pre-2014 group", False, "midlothian-2012-17"),
            ("North Ayrshire", "Pre-2014 group", True, "north-ayrshire-2012-17"),
            ("South Lanarkshire", "2014-16 group", False, "south-lanarkshire-2012-17"),
        }),
        Ask("partnerships", {"group": "pre-2014"}, "who isPilot", {
            ("Argyll and Bute", True), ("Clackmannanshire", False),
            ("Dumfries and Galloway", False), ("East Dunbartonshire", False),
            ("East Lothian", False), ("Edinburgh", True), ("Highland", False),
            ("Midlothian", False), ("North Ayrshire", True), ("Orkney", True), ("Stirling", False),
        }),
    )),
    Visible("xq-05", (
        Ask("inspection-groups", {}, "group members pilots pilotNames", {
            ("2014-16 group", 12, 0, None),
            ("The 32 partnerships", 32, 4, "Argyll and Bute; Edinburgh; North Ayrshire; Orkney"),
            ("Post-2016 group", 9, 0, None),
            ("Pre-2014 group", 11, 4, "Argyll and Bute; Edinburgh; North Ayrshire; Orkney"),
        }),
    )),
    Visible("xq-08", (
        Ask("providers", {"theme": "independent advocacy"}, "who service providedBy named", {
            ("The 32 partnerships", "Independent advocacy", None, False),
            ("Clackmannanshire", "Children's rights service", None, False),
            ("Midlothian", "Independent advocacy", "Who Cares? Scotland", True),
            ("Midlothian", "Who Cares? Scotland advocacy and participation workers",
             "Who Cares? Scotland", True),
            ("North Ayrshire", "Barnardo's Hear4U", "Barnardo's", True),
            ("North Ayrshire", "Independent advocacy", "Barnardo's", True),
            ("South Lanarkshire", "Independent advocacy", None, False),
        }),
        Ask("approach-partnerships", {"approach": "who-cares-scotland"},
            "who stageReached providedBy", {
            ("Midlothian", "in use", "Who Cares? Scotland"),
            ("South Lanarkshire", "in use", "Who Cares? Scotland"),
        }),
    )),
    Visible("xq-10", (
        Ask("disagreements", {"disagreement": "liam-name"}, "source# side#", {
            ("midlothian-2020", "mid-liam-lets-introduce"),
            ("midlothian-2020", "mid-liam-low-impact"),
            ("south-lanarkshire-2020", "sl-liam-low-impact"),
            ("south-lanarkshire-2020", "sl-liam-low-intensity"),
        }),
    )),
    Visible("xq-12", (
        Ask("approach-partnerships", {"approach": "Mind of My Own", "inUse": "true"},
            "who from", {
            ("Midlothian", None), ("South Lanarkshire", "2019-02"),
        }),
    )),
    Visible("xq-15", (
        Ask("disagreements", {"disagreement": "framework-publication-date"}, "source# date", {
            ("midlothian-2020", "2018-08"), ("midlothian-2020", "2019-07"),
            ("north-ayrshire-2022", "2019-08"), ("south-lanarkshire-2020", "2019-08"),
        }),
    )),
    Visible("xq-17", (
        Ask("evaluation-matrix", {
            "partnership": ["South Lanarkshire", "Midlothian"],
            "framework": "care-and-protection",
        }, "who against gradeGiven", {
            ("Midlothian",
             "1.1 Improvements in the safety, wellbeing and life chances of vulnerable "
             "children and young people", "Good"),
            ("Midlothian", "2.1 Impact on children and young people", "Good"),
            ("Midlothian", "2.2 Impact on families", "Good"),
            ("Midlothian", "9 Leadership and direction", "Good"),
            ("South Lanarkshire",
             "1.1 Improvements in the safety, wellbeing and life chances of vulnerable "
             "children and young people", "Adequate"),
            ("South Lanarkshire", "2.1 Impact on children and young people", "Adequate"),
            ("South Lanarkshire", "2.2 Impact on families", "Good"),
            ("South Lanarkshire", "9 Leadership and direction", "Good"),
        }),
    )),
    Visible("xq-18", (
        Ask("figures", {"theme": "independent advocacy", "dataset": "record-review"},
            "place figure# value words percentTo", {
            ("Midlothian", "mid-advocacy-offered", 13, None, None),
            ("South Lanarkshire", "sl-records-advocacy-looked-after", None, "few", 14),
            ("South Lanarkshire", "sl-records-advocacy-offered", None, "few", 14),
        }),
        Ask("quantities", {"document": "south-lanarkshire-2020"},
            "quantity percentFrom percentTo", {
            ("almost all", 90, None), ("few", None, 14), ("less than half", 15, 49),
            ("most", 75, 89), ("the majority", 50, 74),
        }),
    )),
    Visible("xq-21", (
        Ask("inspection-samples", {
            "measure": ["records-read", "assessments-and-plans-read", "initial-reports-read",
                        "referral-discussions-read"],
            "stated": "true",
        }, "who what# value", {
            ("Clackmannanshire", "assessments-and-plans-read", 36),
            ("Clackmannanshire", "initial-reports-read", 19),
            ("Clackmannanshire", "referral-discussions-read", 36),
            ("Midlothian", "records-read", 95), ("North Ayrshire", "records-read", 60),
            ("South Lanarkshire", "records-read", 109),
        }),
    )),
    Visible("xq-22", (
        Ask("inspection-samples", {"measure": ["children-met", "parents-met"]},
            "who what# value", {
            ("The 32 partnerships", "children-met", 2744), ("Clackmannanshire", "children-met", 0),
            ("Clackmannanshire", "parents-met", 0), ("Midlothian", "children-met", 129),
            ("Midlothian", "parents-met", 73), ("North Ayrshire", "children-met", 0),
            ("North Ayrshire", "parents-met", 0), ("South Lanarkshire", "children-met", 111),
            ("South Lanarkshire", "parents-met", 53),
        }),
    )),
    Visible("xq-25", (
        Ask("statements", {"theme": "waits for mental health services", "kind": "finding"},
            "source# who statement# toldAs", {
            ("clackmannanshire-2015", "Clackmannanshire", "clack-waiting-lists", "descriptive"),
            ("midlothian-2020", "Midlothian", "mid-2-1-ground-3", "mixed"),
            ("midlothian-2020", "Midlothian", "mid-camhs-consultation", "descriptive"),
            ("midlothian-2020", "Midlothian", "mid-meap", "descriptive"),
            ("south-lanarkshire-2020", "South Lanarkshire", "sl-q2-liam-training", "descriptive"),
            ("midlothian-2020", "Midlothian", "mid-emotional-support-late", "weakness"),
            ("midlothian-2020", "Midlothian", "mid-priority-1", "weakness"),
            ("midlothian-2020", "Midlothian", "mid-q2-message-4", "weakness"),
            ("midlothian-2020", "Midlothian", "mid-waiting-lists", "weakness"),
            ("national-review-2012-2017", "The 32 partnerships", "nr-camhs-waits-most-areas",
             "weakness"),
            ("national-review-2012-2017", "The 32 partnerships", "nr-foreword-health-delays",
             "weakness"),
            ("national-review-2012-2017", "The 32 partnerships", "nr-foreword-next-adverse-impact",
             "planned"),
            ("national-review-2012-2017", "The 32 partnerships", "nr-key-4", "weakness"),
            ("national-review-2012-2017", "The 32 partnerships",
             "nr-mental-health-progress-unclear", "weakness"),
            ("national-review-2012-2017", "The 32 partnerships", "nr-mental-health-strategy",
             "descriptive"),
            ("north-ayrshire-2022", "North Ayrshire", "na-kilwinning-waits", "improving"),
            ("north-ayrshire-2022", "North Ayrshire", "na-mental-health-staff", "mixed"),
            ("south-lanarkshire-2020", "South Lanarkshire", "sl-q2-camhs-waits", "strength"),
        }),
        Ask("findings", {"theme": "waits for mental health services"}, "number finding#", {
            (4, "nr-key-4"),
        }),
    )),
    Visible("xq-27", (
        Ask("approach-partnerships", {"approach": "Parenting programmes", "narrower": "true"},
            "who variant stageReached", {
            ("The 32 partnerships", "Parenting programmes", "in use"),
            ("Clackmannanshire", "Incredible Years", "in use"),
            ("Clackmannanshire", "Parenting programmes", "in use"),
            ("Clackmannanshire", "Psychology of Parenting Programme", "in use"),
            ("Clackmannanshire", "Triple P", "in use"),
            ("Midlothian", "Parenting programmes", "in use"),
            ("South Lanarkshire",
             "Framework for Assessment and Intervention for Attachment and Resilience", "in use"),
            ("South Lanarkshire", "Mellow Parenting", "in use"),
            ("South Lanarkshire", "Parenting support groups", "in use"),
            ("South Lanarkshire", "Solihull approach", "in use"),
            ("South Lanarkshire", "South Lanarkshire parenting pathway", "in use"),
            ("South Lanarkshire", "Strengthening Families", "in use"),
            ("Stirling", "Incredible Years", "in use"),
            ("Stirling", "Parenting programmes", "in use"),
            ("Stirling", "Psychology of Parenting Programme", "in use"),
            ("Stirling", "Triple P", "in use"),
        }),
    )),
    Visible("xq-29", (
        Ask("statements", {"document": "national review", "theme": "self-directed support"},
            "statement# statementKind toldAs stage", {
            ("nr-sds-act", "finding", "descriptive", None),
            ("nr-sds-low-profile", "finding", "weakness", None),
            ("nr-sds-not-developed", "finding", "weakness", None),
            ("nr-sds-some-benefit", "finding", "strength", None),
            ("nr-self-directed-support", "approach use", None, "partly embedded"),
            ("nr-self-directed-support", "glossary term", None, None),
        }),
        Ask("statements", {
            "document": "south-lanarkshire-2020",
            "theme": "self-directed support",
        }, "statement# statementKind toldAs stage", {
            ("sl-q4-self-directed-support", "finding", "mixed", None),
            ("sl-self-directed-support", "approach use", None, "in use"),
            ("sl-self-directed-support", "glossary term", None, None),
        }),
    )),
    Visible("xq-31", (
        Ask("approach-partnerships", {
            "approach": "Throughcare and aftercare",
            "narrower": "true",
        }, "who variant stageReached", {
            ("Clackmannanshire", "Throughcare and aftercare", "in use"),
            ("Clackmannanshire", "Pathway co-ordinators", "in use"),
            ("Clackmannanshire", "Specialist throughcare team", "in use"),
            ("Midlothian", "12+ team", "in use"),
            ("Midlothian", "Throughcare and aftercare", "in use"),
            ("Midlothian", "Throughcare and aftercare nurse", "in use"),
            ("South Lanarkshire", "Throughcare and aftercare", "being re-established"),
        }),
    )),
    Visible("xq-32", (
        Ask("figures", {
            "partnership": "Clackmannanshire",
            "theme": "commissioning and resources",
        }, "place measured# value", {
            ("Clackmannanshire", "commissioned-services-no-longer-funded", 2),
        }),
    )),
    Visible("xq-34", (
        Ask("figures", {"approach": "Structured deferred sentencing"}, "place measured# value", {
            ("South Lanarkshire", "pilot-participants", 21),
            ("South Lanarkshire", "pilot-sites", 2),
        }),
        Ask("evaluators", {"partnership": "partnership:south-lanarkshire"},
            "who approaches evaluatedBy goodPractice", {
            ("South Lanarkshire", "Structured deferred sentencing",
             "University of the West of Scotland", False),
            ("South Lanarkshire", "Structured deferred sentencing",
             "University of the West of Scotland", True),
        }),
    )),
    Visible("xq-38", (
        Ask("approach-partnerships", {"approach": "Vibrant Communities"}, "who# named from", {
            ("nr-unnamed-vibrant-communities", False, "2013"),
        }),
    )),
    Visible("xq-40", (
        Ask("inspection-samples", {
            "partnership": "North Ayrshire",
            "measure": ["staff-survey-responses", "staff-survey-response-rate"],
        }, "what# value isStated", {
            ("staff-survey-response-rate", None, False), ("staff-survey-responses", 892, True),
        }),
    )),
    Visible("xq-41", (
        Ask("providers", {"approach": "Kilwinning wellness model"},
            "who service providedBy named", {
            ("North Ayrshire", "Kilwinning wellness model", None, False),
        }),
    )),
    Visible("xq-43", (
        Ask("figures", {"approach": "Safe and Together", "unit": "pounds sterling"},
            "place value", set()),
    )),
    Visible("xq-44", (
        Ask("claims", {"text": "integrated children's social work"}, "who", {
            ("Argyll and Bute",), ("East Ayrshire",), ("East Dunbartonshire",),
            ("East Renfrewshire",), ("Glasgow",), ("Highland",), ("Inverclyde",),
            ("North Ayrshire",), ("Orkney",), ("South Ayrshire",), ("West Dunbartonshire",),
        }),
        Ask("disagreements", {"disagreement": "nr-integrated-areas"}, "side# value", {
            ("nr-areas-social-work-integrated", "11 partnerships"),
            ("nr-hscps-integrating-social-work", "10 partnerships"),
            ("nr-integrated-areas-11", None), ("nr-public-bodies-act-children", None),
        }),
    )),
    Visible("xq-46", (
        Ask("shared-structures", {}, "thing# statementKind partnerships", {
            ("clack-cyp-strategic-partnership-group", "strategic group",
             "Clackmannanshire; Stirling"),
            ("clack-early-years-public-social-partnership", "strategic group",
             "Clackmannanshire; Stirling"),
            ("clack-early-years-public-social-partnership-support", "approach use",
             "Clackmannanshire; Stirling"),
            ("clack-incredible-years", "approach use", "Clackmannanshire; Stirling"),
            ("clack-integrated-childrens-services-plan", "plan", "Clackmannanshire; Stirling"),
            ("clack-parenting-programmes", "approach use", "Clackmannanshire; Stirling"),
            ("clack-programme-board", "strategic group", "Clackmannanshire; Stirling"),
            ("clack-psychology-of-parenting-programme", "approach use",
             "Clackmannanshire; Stirling"),
            ("clack-public-protection-forum", "strategic group", "Clackmannanshire; Stirling"),
            ("clack-school-nursing", "approach use", "Clackmannanshire; Stirling"),
            ("clack-education-shared", "finding", "Clackmannanshire; Stirling"),
            ("clack-inspected-with-stirling", "finding", "Clackmannanshire; Stirling"),
            ("clack-shared-management", "finding", "Clackmannanshire; Stirling"),
            ("clack-shared-services", "finding", "Clackmannanshire; Stirling"),
            ("clack-stirling-decision", "finding", "Clackmannanshire; Stirling"),
            ("clack-shared-practice-for-teachers", "approach use", "Clackmannanshire; Stirling"),
            ("clack-single-outcome-agreements", "plan", "Clackmannanshire; Stirling"),
            ("clack-steering-group-of-elected-members", "strategic group",
             "Clackmannanshire; Stirling"),
            ("clack-triple-p", "approach use", "Clackmannanshire; Stirling"),
            ("clack-youth-summits", "approach use", "Clackmannanshire; Stirling"),
            ("mid-csog", "strategic group", "East Lothian; Midlothian"),
            ("mid-emppc", "strategic group", "East Lothian; Midlothian"),
            ("mid-emppc-annual-report-2018", "plan", "East Lothian; Midlothian"),
            ("mid-learning-and-development-subgroup", "strategic group",
             "East Lothian; Midlothian"),
            ("mid-performance-and-quality-improvement-subgroup", "strategic group",
             "East Lothian; Midlothian"),
            ("mid-public-protection-office", "strategic group", "East Lothian; Midlothian"),
            ("mid-public-protection-strategy", "plan", "East Lothian; Midlothian"),
        }),
    )),
    Visible("xq-48", (
        Ask("figures", {"measure": "population"}, "place period value", {
            ("Midlothian", "2018", 91340), ("Midlothian", "2019-06-30", 92460),
            ("North Ayrshire", "2019", 134740), ("North Ayrshire", "2020-06-30", 134250),
            ("South Lanarkshire", "2016", 317100), ("South Lanarkshire", "2017", 318170),
            ("South Lanarkshire", "2018-06-30", 319020),
        }),
        Ask("figures", {"measure": "population", "partnership": "Clackmannanshire"},
            "place period value", set()),
    )),
    Visible("xq-50", (
        Ask("inspection-limitations", {"theme": "Covid-19 pandemic"}, "who limitation#", {
            ("Midlothian", "mid-before-the-pandemic"), ("Midlothian", "mid-programme-suspended"),
            ("Midlothian", "mid-report-delayed"), ("Midlothian", "mid-volunteers-final-week"),
            ("North Ayrshire", "na-impact-curtailed"), ("North Ayrshire", "na-no-engagement-phase"),
        }),
        Ask("claims", {"theme": "Covid-19 pandemic"}, "claim#", {
            ("na-engagement-not-undertaken",), ("na-paper-regrets-method",),
            ("na-programme-covid",), ("na-programme-pause",),
        }),
    )),
)
