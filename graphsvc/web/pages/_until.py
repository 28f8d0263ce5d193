"""Temporary: what the branches `questions` and `main` will bring."""
from types import SimpleNamespace as N

from graphsvc.questions.question import Question

CHART = {"approach-coverage": "who statements", "approaches": "approach partnerships", "approaches-by-theme": "approach partnerships", "approaches-used-together": "companion partnerships", "below-adequate": "against belowAdequate", "cohorts-served": "whom weaknesses", "coverage": "source statements", "distribution-comparison": "against count", "inspection-groups": "group members", "measures": "measured figures", "most-shared-approaches": "approach partnerships", "programmes": "inProgramme indicators", "statement-kinds": "kind statements", "survey-trends": "measure before2014", "themes": "onTheme statements", "partnerships": "who statements", "figure-comparison": "place value"}
MAP = {"approach-coverage": "who answer", "approach-partnerships": "who stageReached", "approaches-by-effect": "who effectKind", "approaches-by-stage": "who stageReached", "confidence": "who confidence", "evaluations": "who gradeGiven", "figure-comparison": "place value", "figures": "place value", "group-members": "who isPilot", "partnership-coverage": "who statements", "partnerships": "who inspectedIn"}
MATRIX = {"evaluation-matrix": "who against gradeGiven"}
def _p(table, *names):
    def get(self):
        v = table.get(self.name)
        return N(**dict(zip(names, v.split()))) if v else None
    return property(get)
if not hasattr(Question, "chart"):
    Question.chart = _p(CHART, "x", "y")
    Question.map = _p(MAP, "place", "shade")
    Question.matrix = _p(MATRIX, "rows", "columns", "cell")

