"""Record the answers to all examples of all questions: python -m tests.record

Asks the current release of this project (`graphsvc build` makes it) and writes tests/answers/,
which the tests compare with. Read what has changed before you commit it.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from graphsvc.release import Releases
from graphsvc.service import Serving
from tests.recorded import record

ROOT = Path(__file__).parent.parent


async def main() -> None:
    serving = await Serving.open(Releases(ROOT / "releases").current())
    try:
        files = await record(serving.questions, ROOT / "tests" / "answers")
    finally:
        await serving.close()
    print(f"Recorded the answers of {len(files)} questions in tests/answers/.")


if __name__ == "__main__":
    asyncio.run(main())
