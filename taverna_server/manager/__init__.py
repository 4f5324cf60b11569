"""The rules: who may do what to which run, and what becomes of it.

One ``RunManager`` stands behind every face; its subjects are a file each.
Requests write what is wanted; the reconciler (``reconcile.py``) makes it so,
one step at a time. The room knows nothing of HTTP, XML or JSON, and starts
engines only through a runner.
"""

from __future__ import annotations

from taverna_server.manager.administration import Administration
from taverna_server.manager.analysis_logs import AnalysisLogs
from taverna_server.manager.analysis_moves import AnalysisMoves
from taverna_server.manager.analysis_sharing import AnalysisSharing
from taverna_server.manager.condition import Conditions
from taverna_server.manager.expiry import Expiry
from taverna_server.manager.feed import Feed
from taverna_server.manager.files import Files
from taverna_server.manager.giving import Giving
from taverna_server.manager.listeners import Listeners
from taverna_server.manager.outputs import Output, Outputs
from taverna_server.manager.profiles import Profiles
from taverna_server.manager.progress import Watching
from taverna_server.manager.questions import Questions
from taverna_server.manager.quotas import Quotas
from taverna_server.manager.reana_accounts import ReanaAccounts
from taverna_server.manager.reporting import Reporting
from taverna_server.manager.security import Security
from taverna_server.manager.services import ServiceCredentials
from taverna_server.manager.submissions import Submissions
from taverna_server.manager.user_secrets import UserSecrets
from taverna_server.manager.viewing import Viewing
from taverna_server.manager.workspaces import Workspaces

__all__ = ["Output", "RunManager"]


class RunManager(
    Submissions,
    AnalysisMoves,
    AnalysisSharing,
    AnalysisLogs,
    Giving,
    Outputs,
    Files,
    Questions,
    Listeners,
    Reporting,
    Watching,
    Feed,
    Security,
    Expiry,
    ReanaAccounts,
    Administration,
    Profiles,
    Quotas,
    Conditions,
    UserSecrets,
    Workspaces,
    Viewing,
    ServiceCredentials,
):
    """Everything a caller can do to runs; the caller is the first argument everywhere.

    Every method that takes a run's id raises UnknownRun for a run that the
    caller may not read, and NotPermitted where the caller may read but not that.
    """
