"""Addresses for the replies of parents to SMS."""

from django.urls import path

from maillage.families import views

app_name = "families"
urlpatterns = [
    path("sms/reponses/", views.sms_reply, name="sms_reply"),
    path("sms/reponses/<str:key>/", views.sms_reply, name="sms_reply_at"),
]
