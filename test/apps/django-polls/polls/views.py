from django.db import connection
from django.db.models import F
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from .models import Choice, Question


def index(request):
    questions = Question.objects.prefetch_related("choice_set")
    return render(request, "polls/index.html", {"questions": questions})


@require_POST
def vote(request, question_id):
    choice = get_object_or_404(Choice, pk=request.POST.get("choice"), question_id=question_id)
    Choice.objects.filter(pk=choice.pk).update(votes=F("votes") + 1)
    return redirect("index")


def healthz(request):
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"ok": True})
