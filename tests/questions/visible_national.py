"""What is asked of the national review and of Clackmannanshire, and the whole answers."""

from __future__ import annotations

from visible import Ask, Visible

NATIONAL = (
    Visible("Q01", (
        Ask("inspection-groups", {}, "group members", {
            ("2014-16 group", 12), ("The 32 partnerships", 32), ("Post-2016 group", 9),
            ("Pre-2014 group", 11),
        }),
    )),
    Visible("Q03", (
        Ask("indicators", {"programme": "services-for-children-2012-17"}, "number against", {
            ("1.1", "1.1 Improvements in the wellbeing of children and young people"),
            ("2.1", "2.1 Impact on children and young people"), ("2.2", "2.2 Impact on families"),
            ("5.2", "5.2 Assessing and responding to risks and needs"),
            ("5.3", "5.3 Planning for individual children and young people"),
            ("6.2", "6.2 Planning and improving services"),
            ("6.3", "6.3 Participation of children, young people, families and other stakeholders"),
            ("9.4", "9.4 Leadership of improvement and change"),
            ("5.1", "5.1 Providing help and support at an early stage"),
        }),
        Ask("figures", {"measure": "indicators-evaluated", "group": "all-32"}, "place value", {
            ("The 32 partnerships", 9),
        }),
    )),
    Visible("Q06", (
        Ask("distribution-comparison", {"grade": "good"}, "against count words basis", {
            ("1.1 Improvements in the wellbeing of children and young people", None, None,
             "not stated"),
            ("2.1 Impact on children and young people", 30, None, "stated"),
            ("2.2 Impact on families", None, None, "not stated"),
            ("5.1 Providing help and support at an early stage", 25, None, "stated"),
            ("5.2 Assessing and responding to risks and needs", None, "just over half",
             "by arithmetic"),
            ("5.3 Planning for individual children and young people", None, None, "not stated"),
            ("6.2 Planning and improving services", 14, None, "by arithmetic"),
            ("6.3 Participation of children, young people, families and other stakeholders", 25,
             None, "stated"),
            ("9.4 Leadership of improvement and change", 18, None, "stated"),
        }),
    )),
    Visible("Q07", (
        Ask("distributions", {"indicator": "2012-9-4", "grade": "good", "single": "true"},
            "over grades count byArithmetic", {
            ("The 32 partnerships", "Good", 8, True),
        }),
    )),
    Visible("Q08", (
        Ask("distributions", {
            "indicator": "2012-5-1",
            "grade": "adequate",
            "single": "true",
            "group": "all-32",
        }, "over grades count byArithmetic", {
            ("The 32 partnerships", "Adequate", 7, True),
        }),
    )),
    Visible("Q10", (
        Ask("distribution-comparison", {"grade": "adequate", "all": "true"}, "against below basis", {
            ("5.1 Providing help and support at an early stage", 0, "by arithmetic"),
            ("5.3 Planning for individual children and young people", 0, "by arithmetic"),
            ("6.3 Participation of children, young people, families and other stakeholders", 0,
             "by arithmetic"),
        }),
    )),
    Visible("Q12", (
        Ask("findings", {"cohort": "children looked after at home"}, "number finding#", {
            (1, "nr-key-1"), (10, "nr-key-10"), (14, "nr-key-14"),
        }),
    )),
    Visible("Q13", (
        Ask("findings", {"theme": "kinship care"}, "number finding#", {
            (10, "nr-key-10"), (5, "nr-key-5"),
        }),
    )),
    Visible("Q15", (
        Ask("approaches-of-finding", {"finding": "nr-key-11"},
            "approach who stageReached effectKind effectReported", {
            ("Permanence and Care Excellence programme", "The 32 partnerships", "mentioned only",
             "not stated", None),
        }),
    )),
    Visible("Q16", (
        Ask("policies-of-finding", {"finding": "nr-key-4", "direct": "true"}, "policy link", {
            ("Mental Health Strategy 2017-2027", "concluded: by a curator"),
        }),
        Ask("finding", {"finding": "nr-key-4"}, "number policies", {
            ("4", "Mental Health Strategy 2017-2027"),
        }),
    )),
    Visible("Q18", (
        Ask("replaced-policies", {}, "older newer", {
            ("Statutory provisions on community health partnerships",
             "Public Bodies (Joint Working) (Scotland) Act 2014"),
            ("Community planning provisions of the Local Government in Scotland Act 2003",
             "Community Empowerment (Scotland) Act 2015"),
            ("Practice Guide: Chronologies (2010)", "Practice Guide on chronologies (2017)"),
        }),
    )),
    Visible("Q21", (
        Ask("claims", {"text": "integrated children's social work", "group": "2014-16"},
            "who inspectionGroup", {
            ("East Renfrewshire", "2014-16 group"),
        }),
        Ask("partnerships", {"group": "2014-16"}, "who", {
            ("Aberdeen",), ("Aberdeenshire",), ("Dundee",), ("East Renfrewshire",), ("Falkirk",),
            ("Fife",), ("North Lanarkshire",), ("Outer Hebrides",), ("Renfrewshire",),
            ("Scottish Borders",), ("Shetland",), ("South Lanarkshire",),
        }),
    )),
    Visible("Q22", (
        Ask("disagreements", {"disagreement": "nr-integrated-areas"}, "side# value", {
            ("nr-areas-social-work-integrated", "11 partnerships"),
            ("nr-hscps-integrating-social-work", "10 partnerships"),
            ("nr-integrated-areas-11", None), ("nr-public-bodies-act-children", None),
        }),
    ), unsaid={
        "HSCPs": "the answer writes health and social care partnerships",
    }),
    Visible("Q25", (
        Ask("statements-without-partnership", {"text": "ClydeConversations"}, "who# statement#", {
            ("nr-unnamed-6-3-excellent-a", "nr-clydeconversations"),
            ("nr-unnamed-6-3-excellent-a", "nr-6-3-excellent-a"),
            ("nr-unnamed-6-3-excellent-a", "nr-excellent-a-examples"),
            ("nr-unnamed-6-3-excellent-a", "nr-penny-for-youth-thoughts"),
            ("nr-unnamed-6-3-excellent-a", "nr-your-voice"),
            ("nr-unnamed-6-3-excellent-a", "nr-your-voice-housing"),
        }),
        Ask("approach-partnerships", {"approach": "#ClydeConversations"},
            "who# named stageReached", {
            ("nr-unnamed-6-3-excellent-a", False, "in use"),
        }),
        Ask("approach-partnerships", {"approach": "Penny for Youth Thoughts"},
            "who# named stageReached", {
            ("nr-unnamed-6-3-excellent-a", False, "in use"),
        }),
    )),
    Visible("Q26", (
        Ask("distributions", {"indicator": "2012-2-2"}, "against count", set()),
        Ask("indicators", {"indicator": "2012-2-2"}, "number against", {
            ("2.2", "2.2 Impact on families"),
        }),
    )),
    Visible("Q28", (
        Ask("statements", {"text": "progress review", "document": "national review"},
            "statement# statementKind value", {
            ("nr-progress-reviews", "figure", "7 number"),
            ("nr-progress-reviews-leadership", "figure", "6 number"),
            ("nr-progress-reviews-leadership", "finding", None),
        }),
        Ask("inspections", {"partnership": "Clackmannanshire"}, "inspection# follows#", {
            ("clackmannanshire-2014", None), ("clackmannanshire-2015", "clackmannanshire-2014"),
        }),
    )),
    Visible("Q30", (
        Ask("survey-trends", {}, "measured# before2014 after2016 change", {
            ("partnerships-in-group", 11, 9, -2),
            ("staff-positive-girfec-relationships", 68, 72, 4),
            ("staff-understand-lead-professional-role", 87, 80, -7),
            ("staff-understand-named-person-role", 76, 64, -12),
        }),
    )),
    Visible("Q32", (
        Ask("policy", {"policy": "Scottish Child Abuse Inquiry"}, "starts ends", {
            ("2015-10-01", "2019-10-01"),
        }),
    )),
    Visible("Q35", (
        Ask("progress", {}, "who number wording", {
            ("Clackmannanshire", 1, "very encouraging progress"),
            ("Clackmannanshire", 2, "some considerable changes"),
            ("Clackmannanshire", 3, "sound progress"),
            ("Clackmannanshire", 4, "Significant steps had been taken"),
            ("Clackmannanshire", 5, "much improved collaborative leadership"),
        }),
    )),
    Visible("Q37", (
        Ask("figures", {"partnership": "Clackmannanshire", "population": "children's plans"},
            "measured# value words qualifier inUnit", {
            ("childrens-plans-analysed", 36, None, None, "records"),
            ("plans-clear-on-partner-monitoring", 5, None, None, "records"),
            ("plans-considering-legislation", None, "all", None, "records"),
            ("plans-informing-practice", None, "most", None, "records"),
            ("plans-unclear-on-progress", None, "just under half", None, "records"),
            ("plans-with-aims-and-contingency", 80, None, "over", "per cent"),
            ("plans-with-clear-lead", None, "almost all", None, "records"),
            ("plans-without-measurable-actions", None, "just under half", None, "records"),
        }),
    )),
)
