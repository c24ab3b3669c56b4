"""Runs moto's server on loopback and ends with its parent.

The parent keeps this process's standard input open and never writes to it. When the parent dies,
however it dies, the pipe closes and this process ends with it: no emulator is left behind.
"""

import os
import sys
import threading


def end_with_parent() -> None:
    # Not sys.stdin: its lock would be held at the interpreter's own end.
    while os.read(0, 1024):
        pass
    os._exit(0)


threading.Thread(target=end_with_parent, daemon=True).start()

from moto import server  # noqa: E402  (the watch runs before the slow import)
from moto.backup import models as backup  # noqa: E402
from moto.route53 import models as route53  # noqa: E402

# moto's models are plain dicts that know of no second thread: about one in 1,500 of the target
# groups that are made at once failed, as another call had changed what this one went through. One
# call after the other costs nothing, since only one thread runs Python at a time anyway.
one_call = threading.Lock()
answer = server.DomainDispatcherApplication.__call__


def answer_alone(self, *request):
    with one_call:
        return answer(self, *request)


server.DomainDispatcherApplication.__call__ = answer_alone

# Zone ids of AWS begin with Z, and whoever checks one relies on it; moto's are any letters.
random_zone_id = route53.create_route53_zone_id
route53.create_route53_zone_id = lambda *args, **named: "Z" + random_zone_id(*args, **named)

# A deleted plan's name is free again; moto compares with those of deleted plans as well.
create_backup_plan = backup.BackupBackend.create_backup_plan


def create_over_deleted(self, backup_plan, *args, **named):
    name = backup_plan["BackupPlanName"]
    for plan in self.plans.values():
        if plan.deletion_date is not None and plan.backup_plan["BackupPlanName"] == name:
            plan.backup_plan["BackupPlanName"] = f"{name} until {plan.deletion_date}"
    return create_backup_plan(self, backup_plan, *args, **named)


backup.BackupBackend.create_backup_plan = create_over_deleted

server.main(["-H", sys.argv[1], "-p", sys.argv[2]])
