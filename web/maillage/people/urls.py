"""Addresses of one's own account and of the demonstration's letter box."""

from django.urls import path

from maillage.people import views

app_name = "people"
urlpatterns = [
    path("pro/mon-compte/", views.account, name="account"),
    path("pro/mon-compte/deconnecter/", views.sign_out_everywhere, name="sign_out_everywhere"),
    path("demo/messages/", views.demo_messages, name="demo_messages"),
]
