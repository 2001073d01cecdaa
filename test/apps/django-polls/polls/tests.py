from django.test import TestCase

from .models import Choice, Question


class VoteTests(TestCase):
    def setUp(self):
        self.question = Question.objects.create(text="Tea or coffee?")
        self.tea = Choice.objects.create(question=self.question, text="Tea")

    def test_a_vote_is_counted(self):
        self.client.post(f"/polls/{self.question.id}/vote", {"choice": self.tea.id})
        self.tea.refresh_from_db()
        self.assertEqual(self.tea.votes, 1)

    def test_the_choice_of_another_question_is_refused(self):
        other = Question.objects.create(text="Cats or dogs?")
        response = self.client.post(f"/polls/{other.id}/vote", {"choice": self.tea.id})
        self.assertEqual(response.status_code, 404)

    def test_the_page_shows_the_polls(self):
        self.assertContains(self.client.get("/"), "Tea or coffee?")
